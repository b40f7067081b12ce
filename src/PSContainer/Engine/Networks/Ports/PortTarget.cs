using System.Net;
using PSContainer.Engine.Networks.Firewall;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>Where published ports lead.</summary>
/// <param name="Network">The network that the addresses are of.</param>
/// <param name="Address4">The container's address there.</param>
/// <param name="Address6">Its IPv6 address, where it has one.</param>
/// <param name="Link">The host's half of its veth pair.</param>
public sealed record PortTarget(FirewallNetwork Network, IPAddress? Address4, IPAddress? Address6, string? Link)
{
    /// <summary>The first of a container's places that can be reached from outside; null where there is none.</summary>
    public static PortTarget? Of(IEnumerable<(Endpoint Endpoint, FirewallNetwork Network)> places)
    {
        foreach ((Endpoint endpoint, FirewallNetwork network) in places)
            if (!network.IsInternal) return new PortTarget(network, endpoint.Address, endpoint.Address6, endpoint.Link);
        return null;
    }
}
