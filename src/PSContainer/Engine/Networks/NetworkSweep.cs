using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.State;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>
/// Takes away the bridges of networks that nobody is on, and the firewall's table with the last of them. The kernel needs some 50 ms for one, so nobody who waits for a container's
/// end does it: the supervisor starts <c>pscontainer sweep</c>, which looks again under the lock.
/// </summary>
public static class NetworkSweep
{
    /// <exception cref="EngineException"/>
    public static void Run(StorageRoot root)
    {
        var store = new NetworkStore(root);
        using IDisposable held = store.Lock();
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        var bridges = new NetworkBridge(store, socket);
        var firewall = new NetworkFirewall(root);
        IReadOnlyList<ContainerNetwork> networks = store.All();
        ContainerNetwork[] unused = [.. networks.Where(network => store.Leases(network.Name).Count == 0)];
        bool isFirewalled = NetworkFirewall.IsAvailable && firewall.Exists();
        if (isFirewalled && unused.Length == networks.Count) firewall.RemoveTable();
        foreach (ContainerNetwork network in unused)
        {
            if (isFirewalled && unused.Length < networks.Count && bridges.IsThere(network)) firewall.RemoveNetwork(FirewallNetwork.Of(network));
            bridges.Remove(network);
        }
    }
}
