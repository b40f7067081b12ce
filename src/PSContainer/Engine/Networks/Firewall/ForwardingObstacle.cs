using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>
/// Another firewall that drops what is forwarded, as docker's does once it has switched forwarding on. In nf_tables every chain of a hook
/// has to let a packet pass: no rule of ours can undo it, and theirs are not ours to change.
/// </summary>
public static class ForwardingObstacle
{
    private const string DockersChain = "DOCKER-USER";

    /// <summary>The chain that stands in the way, "ip filter FORWARD"; null where none does.</summary>
    /// <param name="table">Our own.</param>
    public static string? Find(string table)
    {
        try
        {
            foreach (FirewallChain chain in NfTables.BaseChains())
                if (chain is { Hook: FirewallChain.Forward, Policy: FirewallChain.Drop, Family: FirewallChain.Inet or FirewallChain.Ip or FirewallChain.Ip6 } && chain.Table != table && !IsOpened(chain))
                    return chain.ToString();
        }
        catch (KernelException)
        {
            // What can't be asked about is found out by nft, which says more.
        }
        return null;
    }

    // The chain that docker leaves to its users, where somebody has let our bridges through.
    private static bool IsOpened(FirewallChain chain)
        => chain.Family != FirewallChain.Inet && NftCommand.Read("list", "chain", chain.Family == FirewallChain.Ip ? "ip" : "ip6", chain.Table, DockersChain) is { } rules
            && rules.Split('\n').Any(rule => rule.Contains("oifname \"" + ContainerNetwork.BridgePrefix) && rule.Contains("accept"));
}
