using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks;

/// <summary>A running container's place on a network, seen from the network.</summary>
public sealed class NetworkPlace
{
    internal NetworkPlace(Lease lease)
    {
        ContainerName = lease.ContainerName;
        ContainerId = lease.ContainerId;
        IPAddress = lease.Address.ToString();
        IPv6Address = lease.Address6?.ToString();
        MacAddress = lease.Mac;
        Link = lease.Link;
        Aliases = [.. lease.Aliases];
    }

    public string ContainerName { get; }
    public string ContainerId { get; }
    public string IPAddress { get; }
    public string? IPv6Address { get; }
    public string MacAddress { get; }

    /// <summary>The host's half of its veth pair.</summary>
    public string Link { get; }

    /// <summary>Other names of it on this network.</summary>
    public Listing<string> Aliases { get; }

    public override string ToString() => $"{ContainerName} {IPAddress}";
}
