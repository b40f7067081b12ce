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
        foreach (ContainerNetwork network in store.All())
            if (network.Members.Count == 0) Remove(store, socket, network);
    }

    /// <summary>Takes a network's bridge and its place in the firewall away. Whoever calls holds the store's lock.</summary>
    internal static void Remove(NetworkStore store, NetlinkSocket socket, ContainerNetwork network)
    {
        var bridges = new NetworkBridge(store, socket);
        if (!bridges.IsThere(network)) return;
        if (NetworkFirewall.IsAvailable)
        {
            var firewall = new NetworkFirewall(store.Root);
            if (store.All().Any(other => other.Name != network.Name && bridges.IsThere(other))) firewall.RemoveNetwork(FirewallNetwork.Of(network));
            else firewall.RemoveTable();
        }
        bridges.Remove(network);
    }
}
