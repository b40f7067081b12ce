using PSContainer.Engine.Networks.Firewall;

namespace PSContainer.Engine.Networks;

/// <summary>What the firewall knows of the networks.</summary>
internal static class NetworkRules
{
    /// <summary>
    /// A new network is unknown to it, and all are when somebody has flushed the firewall. Without nft a network works as far as it can:
    /// among its members, and to this machine; one that is to be closed can't be.
    /// </summary>
    /// <exception cref="EngineException">FirewallMissing.</exception>
    public static bool AreMissing(NetworkFirewall firewall, Bridged bridged)
    {
        if (NetworkFirewall.IsAvailable) return bridged.IsNew || !firewall.Exists();
        return !bridged.Network.Internal ? bridged.IsNew
            : throw new EngineException("FirewallMissing", Reason.NotSupported, $"nft is not installed, so the network '{bridged.Network.Name}' can't be closed to the outside.", "Install it (Debian: apt install nftables).");
    }
}
