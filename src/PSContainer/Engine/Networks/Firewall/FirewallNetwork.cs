using System.Net;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>What the firewall has to know of a network.</summary>
/// <param name="Bridge">Its interface on this machine.</param>
/// <param name="Subnet4">Its IPv4 addresses.</param>
/// <param name="Subnet6">Its IPv6 addresses, where it has them.</param>
/// <param name="IsInternal">It has no way out, and is not reached from outside.</param>
public sealed record FirewallNetwork(string Bridge, IPNetwork? Subnet4, IPNetwork? Subnet6, bool IsInternal)
{
    public static FirewallNetwork Of(ContainerNetwork network) => new(network.Bridge, network.Range, network.Range6, network.Internal);
}
