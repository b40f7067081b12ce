using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>What can be done with networks; the room's one door for cmdlets.</summary>
public sealed class NetworkEngine(ContainerEngine engine)
{
    private readonly StorageRoot _root = engine.Store.Root;

    public NetworkStore Store { get; } = new(engine.Store.Root);

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
        if (network.Containers is { Length: > 0 } left)
            throw new EngineException("NetworkInUse", Reason.WrongState, $"The network '{network.Name}' is in use by {string.Join(", ", left)}.", "Stop those containers or disconnect them first (Disconnect-ContainerNetwork).");
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        NetworkSweep.Remove(Store, socket, network);
        Store.Delete(network.Name);
    }

    /// <summary>Puts a container on one more network, at once where it runs.</summary>
    /// <exception cref="EngineException">NetworkConnected, NetworkModeFixed, and what stands against an address or a link.</exception>
    public Container Connect(Container container, NetworkWish wish)
    {
        NetworkWish wanted = wish.Validate();
        string name = NetworkChoice.Parse(wanted.Network) is { Mode: NetworkMode.Network } choice ? choice.Target : throw NotANetwork(wanted.Network);
        using (Store.Lock())
        {
            ContainerNetworking networking = Networking(container);
            if (networking.Endpoints.Any(known => known.Network == name))
                throw new EngineException("NetworkConnected", Reason.AlreadyExists, $"The container '{container.Name}' is on the network '{name}' already.", "Disconnect it first, to connect it in another way.");
            Endpoint endpoint = wanted.ToEndpoint(_root, name, FreeInterface(networking));
            RunState? run = Alive(container);
            if (run is not null) endpoint = new LiveConnection(Store, container, run).Connect(networking, endpoint);
            (networking with { Endpoints = [.. networking.Endpoints, endpoint] }).Write(_root.ContainerFolder(container.Id));
            if (run is not null) LetPortsFollow(container);
        }
        return engine.Get(container.Id);
    }

    /// <summary>Takes a container off a network, at once where it runs.</summary>
    /// <exception cref="EngineException">NetworkNotConnected, NetworkModeFixed.</exception>
    public Container Disconnect(Container container, string network)
    {
        using (Store.Lock())
        {
            ContainerNetworking networking = Networking(container);
            Endpoint endpoint = networking.Endpoints.FirstOrDefault(known => known.Network == network)
                ?? throw new EngineException("NetworkNotConnected", Reason.NotFound, $"The container '{container.Name}' is not on the network '{Printable.Of(network)}'.",
                    networking.Endpoints.Count == 0 ? "It is on none." : $"It is on {string.Join(", ", networking.Endpoints.Select(known => known.Network))}.");
            ContainerNetworking rest = networking with { Endpoints = [.. networking.Endpoints.Where(known => known != endpoint)] };
            RunState? run = Alive(container);
            if (run is not null) new LiveConnection(Store, container, run).Disconnect(rest, endpoint);
            rest.Write(_root.ContainerFolder(container.Id));
            if (run is not null) LetPortsFollow(container);
        }
        return engine.Get(container.Id);
    }

    private ContainerNetworking Networking(Container container)
    {
        ContainerNetworking? networking = ContainerNetworking.Read(_root.ContainerFolder(container.Id));
        return networking is { Mode: NetworkMode.Network } ? networking
            : throw new EngineException("NetworkModeFixed", Reason.WrongState, $"The container '{container.Name}' was made with another kind of network ({networking?.Mode ?? NetworkMode.None}).",
                "Make it with -Network Bridge or a network's name to connect it to others.");
    }

    private void LetPortsFollow(Container container)
    {
        try
        {
            new ControlRequest(ControlAction.FollowNetwork, []).Send(_root.RunFolder(container.Id));
        }
        catch (EngineException gone) when (gone.Id == "SupervisorGone")
        {
            // With its supervisor its ports are gone as well.
        }
    }

    // Probed again, now that nobody else changes it.
    private RunState? Alive(Container container) => engine.Get(container.Id) is { IsAlive: true } now ? now.Run : null;

    private static string FreeInterface(ContainerNetworking networking)
    {
        for (int i = 0; ; i++)
            if (networking.Endpoints.All(known => known.Interface != $"eth{i}")) return $"eth{i}";
    }

    private static EngineException NotANetwork(string name)
        => new("NetworkNotFound", Reason.NotFound, $"'{Printable.Of(name)}' is no network that a container could be connected to.", "Get-ContainerNetwork lists them.");
}
