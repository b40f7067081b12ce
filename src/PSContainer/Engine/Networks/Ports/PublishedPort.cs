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
/// <param name="ContainerName">Whose it is.</param>
/// <param name="HostAddress">The one address of this machine that it is for; null for all.</param>
/// <param name="HostPort">The port of this machine; 0 for one that is chosen when the container starts.</param>
/// <param name="ContainerPort">The port inside.</param>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="ContainerAddress">The container's address; null where it does not run or can't be reached.</param>
/// <param name="Carrier">Who carries the packets.</param>
public sealed record PublishedPort(string ContainerName, IPAddress? HostAddress, int HostPort, int ContainerPort, PortProtocol Protocol, IPAddress? ContainerAddress, PortCarrier Carrier)
{
    /// <summary>As -Publish takes it: "8080:80/tcp".</summary>
    public override string ToString() => Binding.ToString();

    internal PortBinding Binding => new(HostAddress, HostPort, ContainerPort, Protocol);

    internal static PublishedPort Of(PortBinding binding, string containerName, PortState? state) => new(containerName, binding.HostAddress, binding.HostPort,
        binding.ContainerPort, binding.Protocol, state?.Address4 ?? state?.Address6,
        state is null or { Address4: null, Address6: null } ? PortCarrier.None : state.IsByFirewall && !Equals(binding.HostAddress, IPAddress.IPv6Loopback) ? PortCarrier.Firewall : PortCarrier.Relay);
}
