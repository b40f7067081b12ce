using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.Plan;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>
/// Takes away the bridges of networks that nobody is on. The kernel needs some 50 ms for one, so nobody who waits for a container's
/// end does it: the supervisor starts <c>pscontainer sweep</c>, which looks again under the lock.
/// </summary>
public static class NetworkSweep
{
    /// <summary>Gives back what a dead container has on its networks, and takes away the bridges that nobody is on then.</summary>
    /// <exception cref="EngineException"/>
    public static void Release(StorageRoot root, string containerId)
    {
        if (new NetworkAttachment(root).Detach(containerId)) Run(root);
    }

    /// <exception cref="EngineException"/>
    public static void Run(StorageRoot root)
    {
        var store = new NetworkStore(root);
        // All of the storage may be gone, but for the bridges: their alias says whose they are.
        using IDisposable? held = Directory.Exists(root.Networks) ? store.Lock() : null;
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        foreach (LinkInfo bridge in Unused(store, socket))
        {
            if (store.All().FirstOrDefault(network => network.Bridge == bridge.Name) is { } network) Remove(store, socket, network);
            else RemoveLink(socket, bridge.Name);
        }
        if (NetworkFirewall.IsAvailable && !Ours(store, socket).Any()) new NetworkFirewall(root).RemoveTable();
    }

    /// <summary>Bridges of this storage that no container is on, whether or not their network is still on record.</summary>
    internal static IReadOnlyList<LinkInfo> Unused(NetworkStore store, NetlinkSocket socket)
    {
        string[] used = [.. store.All().Where(network => network.Leases.Count > 0).Select(network => network.Bridge)];
        return [.. Ours(store, socket).Where(link => !used.Contains(link.Name))];
    }

    /// <summary>Takes a network's bridge and its place in the firewall away. Whoever calls holds the store's lock.</summary>
    internal static void Remove(NetworkStore store, NetlinkSocket socket, ContainerNetwork network)
    {
        var bridges = new NetworkBridge(store, socket);
        if (!bridges.IsThere(network)) return;
        if (NetworkFirewall.IsAvailable)
        {
            var firewall = new NetworkFirewall(store.Root);
            if (Ours(store, socket).Any(other => other.Name != network.Bridge)) firewall.RemoveNetwork(FirewallNetwork.Of(network));
            else firewall.RemoveTable();
        }
        RemoveLink(socket, network.Bridge);
    }

    private static IEnumerable<LinkInfo> Ours(NetworkStore store, NetlinkSocket socket)
    {
        string mark = NetworkBridge.RootMark(store.Root);
        return LinkInfo.All(socket).Where(link => link.Kind == "bridge" && link.Alias.EndsWith(mark, StringComparison.Ordinal));
    }

    private static void RemoveLink(NetlinkSocket socket, string bridge)
    {
        Errno errno = socket.TrySend(LinkRequest.Delete(bridge));
        if (errno is not (Errno.None or Errno.ENODEV)) throw NetworkFailure.Explain(new KernelException("RTM_DELLINK", errno, bridge), "a bridge that nobody is on");
    }
}
