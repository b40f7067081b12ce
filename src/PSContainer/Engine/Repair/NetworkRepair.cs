using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Repair;

/// <summary>
/// Finds what was left of networks: addresses of containers that are gone, and bridges that nobody is on. A container's supervisor
/// holds its lock before it takes an address, and takes the address together with the bridge; so whatever is found here is left.
/// </summary>
internal sealed class NetworkRepair(StorageRoot root)
{
    private readonly NetworkStore _store = new(root);

    /// <param name="known">Containers that are found dead already: their addresses go with them.</param>
    /// <exception cref="EngineException"/>
    public void Find(List<Residue> found, IReadOnlyCollection<string> known)
    {
        if (!Directory.Exists(root.Networks)) return;
        using IDisposable held = _store.Lock();
        var members = new NetworkMembers(_store);
        var used = new HashSet<string>();
        foreach (ContainerNetwork network in _store.All())
        {
            IReadOnlyList<Lease> dead = members.Dead(network.Name);
            foreach (Lease lease in dead)
                if (!known.Contains(lease.ContainerId)) found.Add(Dead(network, lease));
            // An empty bridge behind dead addresses goes when the last of them does.
            if (network.Members.Count > 0) used.Add(network.Bridge);
        }
        FindBridges(found, used);
    }

    private Residue Dead(ContainerNetwork network, Lease lease) => new(ResidueKind.Lease, $"{network.Name} {lease.Address}", $"the container '{lease.ContainerName}' is gone")
    {
        Clear = () =>
        {
            if (new NetworkAttachment(root).Detach(lease.ContainerId)) NetworkSweep.Run(root);
        },
    };

    // Also those whose network's record is gone: the alias says whose they are.
    private void FindBridges(List<Residue> found, HashSet<string> used)
    {
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        string mark = NetworkBridge.RootMark(root);
        foreach (LinkInfo link in LinkInfo.All(socket))
            if (link.Kind == "bridge" && link.Alias.EndsWith(mark, StringComparison.Ordinal) && !used.Contains(link.Name))
                found.Add(new Residue(ResidueKind.Bridge, link.Name, "no container is on its network") { Clear = () => Sweep(link.Name) });
    }

    private void Sweep(string bridge)
    {
        NetworkSweep.Run(root);
        using IDisposable held = _store.Lock();
        if (_store.All().Any(network => network.Bridge == bridge)) return;
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        Errno errno = socket.TrySend(LinkRequest.Delete(bridge));
        if (errno is not (Errno.None or Errno.ENODEV)) throw NetworkFailure.Explain(new KernelException("RTM_DELLINK", errno, bridge), "a bridge that was left");
        if (!_store.All().Any(network => network.Members.Count > 0) && NetworkFirewall.IsAvailable) new NetworkFirewall(root).RemoveTable();
    }
}
