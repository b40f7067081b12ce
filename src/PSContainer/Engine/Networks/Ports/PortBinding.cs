using System.Net;
using System.Net.Sockets;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>A port of this machine that leads to a port of a container.</summary>
/// <param name="HostAddress">The one address of this machine that it is for; null for all of both families.</param>
/// <param name="HostPort">1 to 65535; 0 for one that is free when the container starts.</param>
/// <param name="ContainerPort">1 to 65535.</param>
/// <param name="Protocol">TCP or UDP.</param>
public sealed record PortBinding(IPAddress? HostAddress, int HostPort, int ContainerPort, PortProtocol Protocol)
{
    /// <summary>As <see cref="PortWish"/> reads it: "8080:80/tcp", "127.0.0.1:8080:80/udp", "[::1]::80/tcp".</summary>
    public override string ToString()
    {
        string port = HostPort == 0 ? "" : HostPort.ToString();
        string address = HostAddress switch
        {
            null => "",
            { AddressFamily: AddressFamily.InterNetworkV6 } => $"[{HostAddress}]:",
            _ => $"{HostAddress}:",
        };
        return $"{address}{port}:{ContainerPort}/{(Protocol == PortProtocol.Tcp ? "tcp" : "udp")}";
    }

    /// <summary>Both want the same port of an address that both want.</summary>
    public bool Collides(PortBinding other)
        => HostPort != 0 && HostPort == other.HostPort && Protocol == other.Protocol && (Covers(other) || other.Covers(this));

    /// <summary>It has a packet for this family (IPv4 or IPv6).</summary>
    public bool Takes(AddressFamily family) => HostAddress is null || HostAddress.AddressFamily == family;

    /// <summary>It is for every address of its family.</summary>
    public bool IsAnywhere => HostAddress is null || HostAddress.Equals(IPAddress.Any) || HostAddress.Equals(IPAddress.IPv6Any);

    private bool Covers(PortBinding other)
        => HostAddress is null || HostAddress.Equals(other.HostAddress)
            || IsAnywhere && (other.HostAddress is null || other.HostAddress.AddressFamily == HostAddress.AddressFamily);
}
