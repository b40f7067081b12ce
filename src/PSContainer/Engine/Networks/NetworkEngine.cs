using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.State;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>What can be done with networks; the room's one door for cmdlets.</summary>
public sealed class NetworkEngine(StorageRoot root)
{
    public NetworkStore Store { get; } = new(root);

    /// <summary>Writes a network down; its bridge comes with its first container.</summary>
    /// <exception cref="EngineException">As <see cref="NetworkMaking"/>.</exception>
    public ContainerNetwork Create(NetworkSpec spec)
    {
        using IDisposable held = Store.Lock();
        ContainerNetwork network = NetworkMaking.Make(Store, spec);
        Store.Write(network);
        return network with { Store = Store };
    }

    /// <summary>What <see cref="Create"/> would write; changes nothing.</summary>
    /// <exception cref="EngineException"/>
    public ContainerNetwork Preview(NetworkSpec spec) => NetworkMaking.Make(Store, spec);

    /// <exception cref="EngineException">NetworkInUse.</exception>
    public void Remove(ContainerNetwork network)
    {
        using IDisposable held = Store.Lock();
        var members = new NetworkMembers(Store);
        foreach (Lease dead in members.Dead(network.Name)) members.Leave(network.Name, dead.ContainerId);
        if (network.Containers is { Count: > 0 } left)
            throw new EngineException("NetworkInUse", Reason.WrongState, $"The network '{network.Name}' is in use by {string.Join(", ", left)}.", "Stop those containers or disconnect them first (Disconnect-ContainerNetwork).");
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        NetworkSweep.Remove(Store, socket, network);
        Store.Delete(network.Name);
    }
}
