using System.Net;
using PSContainer.Engine.Images;

namespace PSContainer.Engine.Registry.Transport;

/// <summary>Where a registry is, and whether it is on this machine.</summary>
internal sealed record RegistryAddress(string Registry)
{
    /// <summary>Host and port as they are dialled; Docker Hub's registry has another name than its images.</summary>
    public string Authority => Registry == ImageReference.DefaultRegistry ? "registry-1.docker.io" : Registry;

    public bool HasPort => Authority.LastIndexOf(':') > Authority.LastIndexOf(']');

    public Uri Https => new($"https://{Authority}/");

    public Uri Http => new($"http://{Authority}/");

    public bool IsLoopback => IsOnThisMachine(Https);

    /// <summary>What never leaves this machine needs no encryption.</summary>
    public static bool IsOnThisMachine(Uri address)
        => address.IdnHost == "localhost" || (IPAddress.TryParse(address.IdnHost, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    public static bool IsSameOrigin(Uri one, Uri other)
        => one.Scheme == other.Scheme && one.Port == other.Port && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);
}
