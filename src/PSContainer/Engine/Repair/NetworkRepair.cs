using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.State;
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
        foreach (ContainerNetwork network in _store.All())
        {
            IReadOnlyList<Lease> dead = members.Dead(network.Name);
            foreach (Lease lease in dead)
                if (!known.Contains(lease.ContainerId)) found.Add(Dead(network, lease));
        }
        // A bridge behind dead addresses goes with the last of them.
        FindBridges(found);
    }

    private Residue Dead(ContainerNetwork network, Lease lease) => new(ResidueKind.Lease, $"{network.Name} {lease.Address}", $"the container '{lease.ContainerName}' is gone")
    {
        Clear = () => NetworkSweep.Release(root, lease.ContainerId),
    };

    private void FindBridges(List<Residue> found)
    {
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        foreach (LinkInfo bridge in NetworkSweep.Unused(_store, socket))
            found.Add(new Residue(ResidueKind.Bridge, bridge.Name, "no container is on its network") { Clear = () => NetworkSweep.Run(root) });
    }
}
