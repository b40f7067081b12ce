using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers;

/// <summary>The networks of a container that is there already: one more, or one less.</summary>
internal sealed class ContainerConnection(ContainerEngine engine)
{
    private readonly StorageRoot _root = engine.Store.Root;
    private readonly NetworkStore _store = new(engine.Store.Root);

    /// <summary>Puts a container on one more network, at once where it runs.</summary>
    /// <exception cref="EngineException">NetworkConnected, NetworkModeFixed, and what stands against an address or a link.</exception>
    public Container Connect(Container container, NetworkWish wish)
    {
        NetworkWish wanted = wish.Validate();
        string name = NetworkChoice.Parse(wanted.Network) is { Mode: NetworkMode.Network } choice ? choice.Target : throw NotANetwork(wanted.Network);
        using (_store.Lock())
        {
            ContainerNetworking networking = Networking(container);
            if (networking.Endpoints.Any(known => known.Network == name))
                throw new EngineException("NetworkConnected", Reason.AlreadyExists, $"The container '{container.Name}' is on the network '{name}' already.", "Disconnect it first, to connect it in another way.");
            Endpoint endpoint = wanted.ToEndpoint(_root, name, FreeInterface(networking));
            RunState? run = Alive(container);
            if (run is not null) endpoint = new LiveConnection(_store, new NetworkMember(container.Id, container.Name), run).Connect(networking, endpoint);
            (networking with { Endpoints = [.. networking.Endpoints, endpoint] }).Write(_root.ContainerFolder(container.Id));
            if (run is not null) LetPortsFollow(container);
        }
        return engine.Get(container.Id);
    }

    /// <summary>Takes a container off a network, at once where it runs.</summary>
    /// <exception cref="EngineException">NetworkNotConnected, NetworkModeFixed.</exception>
    public Container Disconnect(Container container, string network)
    {
        using (_store.Lock())
        {
            ContainerNetworking networking = Networking(container);
            Endpoint endpoint = networking.Endpoints.FirstOrDefault(known => known.Network == network)
                ?? throw new EngineException("NetworkNotConnected", Reason.NotFound, $"The container '{container.Name}' is not on the network '{Printable.Of(network)}'.",
                    networking.Endpoints.Count == 0 ? "It is on none." : $"It is on {string.Join(", ", networking.Endpoints.Select(known => known.Network))}.");
            ContainerNetworking rest = networking with { Endpoints = [.. networking.Endpoints.Where(known => known != endpoint)] };
            RunState? run = Alive(container);
            if (run is not null) new LiveConnection(_store, new NetworkMember(container.Id, container.Name), run).Disconnect(rest, endpoint);
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
