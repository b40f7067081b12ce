using System.Net;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>Who carries a published port's packets.</summary>
public enum PortCarrier
{
    /// <summary>Nobody: the container does not run, or is on no network that can be reached.</summary>
    None,
    /// <summary>The kernel's firewall; the container sees the client's own address.</summary>
    Firewall,
    /// <summary>The container's supervisor; the container sees the network's gateway.</summary>
    Relay,
}

/// <summary>A port of this machine that leads to a container.</summary>
public sealed class PublishedPort
{
    private PublishedPort(PortBinding binding) => Binding = binding;

    /// <summary>Whose it is.</summary>
    public required string ContainerName { get; init; }

    /// <summary>The one address of this machine that it is for; null for all.</summary>
    public string? HostAddress => Binding.HostAddress?.ToString();

    /// <summary>The port of this machine; 0 for one that is chosen when the container starts.</summary>
    public int HostPort => Binding.HostPort;

    /// <summary>The port inside.</summary>
    public int ContainerPort => Binding.ContainerPort;
    public PortProtocol Protocol => Binding.Protocol;

    /// <summary>The container's address; null where it does not run or can't be reached.</summary>
    public string? ContainerAddress { get; init; }

    /// <summary>Who carries the packets.</summary>
    public PortCarrier Carrier { get; init; }

    /// <summary>As -Publish takes it: "8080:80/tcp".</summary>
    public override string ToString() => Binding.ToString();

    internal PortBinding Binding { get; }

    internal static PublishedPort Of(PortBinding binding, string containerName, PortState? state) => new(binding)
    {
        ContainerName = containerName,
        ContainerAddress = (state?.Address4 ?? state?.Address6)?.ToString(),
        Carrier = state is null or { Address4: null, Address6: null } ? PortCarrier.None : state.IsByFirewall && !Equals(binding.HostAddress, IPAddress.IPv6Loopback) ? PortCarrier.Firewall : PortCarrier.Relay,
    };
}
