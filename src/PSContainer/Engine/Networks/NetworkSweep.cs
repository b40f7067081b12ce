using PSContainer.Engine.State;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>
/// Takes away the bridges of networks that nobody is on. The kernel needs some 50 ms for one, so nobody who waits for a container's
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
        foreach (ContainerNetwork network in store.All())
            if (store.Leases(network.Name).Count == 0) bridges.Remove(network);
    }
}
