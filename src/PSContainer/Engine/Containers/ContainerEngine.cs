using PSContainer.Engine.Commands;
using PSContainer.Engine.Containers.Life;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Logs;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Roots;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>What can be done with containers: the one door for cmdlets. What is behind it is done elsewhere.</summary>
/// <param name="root">Where everything lies.</param>
/// <param name="executable">The path of <c>pscontainer</c>.</param>
public sealed class ContainerEngine(StorageRoot root, string executable)
{
    public ContainerStore Store { get; } = new(root);

    /// <summary>Takes what a start could do only in part; called while the start is asked for, on the same thread.</summary>
    public Action<string>? Warn { get; init; }

    private StorageRoot Root { get; } = root;

    internal Executable Executable { get; } = new(executable, root);

    /// <summary>The container as it is now.</summary>
    public Container Probe(ContainerRecord record) => ContainerProbe.Of(record, Root);

    public Container Get(string nameOrId) => Probe(Store.Get(nameOrId));

    /// <inheritdoc cref="ContainerProbe.FirstProcesses"/>
    public IReadOnlyDictionary<int, string> FirstProcesses() => ContainerProbe.FirstProcesses(Store);

    public ImageStore Images { get; } = new(root);

    /// <summary>Writes a container down and, unless told otherwise, starts it; all of it or nothing.</summary>
    /// <param name="spec">The wish; checked here.</param>
    /// <param name="start">Start it as well.</param>
    /// <exception cref="EngineException"/>
    public Container Create(ContainerSpec spec, bool start) => Probe(start ? new ContainerBeginning(this).Create(spec.Validate()) : Store.Add(spec.Validate()));

    /// <summary>Runs a container in front of the caller, connected to its streams; it is removed when it ends.</summary>
    /// <exception cref="EngineException"/>
    public CommandProcess Run(ContainerSpec spec, CommandStreams streams) => new ContainerBeginning(this).Run(spec.Validate(), streams);

    /// <summary>Starts a container that does not run.</summary>
    /// <exception cref="EngineException">ContainerRunning, and whatever stands against the start.</exception>
    public Container Start(ContainerRecord record)
    {
        new ContainerBeginning(this).Start(record);
        return Probe(record);
    }

    public Container Start(Container container) => Start(container.Record);

    /// <summary>Asks a container to end, kills it when the time is over, and waits until all is cleared.</summary>
    /// <param name="signal">null: the image's, else TERM.</param>
    /// <exception cref="EngineException">SignalUnknown, ContainerHangs.</exception>
    public Container Stop(Container container, string? signal, TimeSpan timeout, CancellationToken cancelled)
    {
        new ContainerEnding(this, Root).Stop(container, signal, timeout, cancelled);
        return container.AutoRemove ? container : Probe(container.Record);
    }

    /// <summary>The ports of this machine that lead to a container at this moment.</summary>
    public IReadOnlyList<PublishedPort> Ports(Container container) => new ContainerPorts(Root, container).Current();

    /// <summary>Publishes more ports of a container, running or not.</summary>
    /// <exception cref="EngineException">PortInUse and what else stands against it.</exception>
    public IReadOnlyList<PublishedPort> Publish(Container container, IReadOnlyList<PortBinding> ports) => new ContainerPorts(Root, container).Publish(ports);

    /// <summary>Takes ports of this machine back from a container, running or not.</summary>
    /// <exception cref="EngineException">PortNotPublished.</exception>
    public void Unpublish(Container container, IReadOnlyList<int> hostPorts, PortProtocol? protocol) => new ContainerPorts(Root, container).Unpublish(hostPorts, protocol);

    /// <inheritdoc cref="ContainerConnection.Connect"/>
    public Container Connect(Container container, NetworkWish wish) => new ContainerConnection(this).Connect(container, wish);

    /// <inheritdoc cref="ContainerConnection.Disconnect"/>
    public Container Disconnect(Container container, string network) => new ContainerConnection(this).Disconnect(container, network);

    /// <exception cref="EngineException">ContainerRunning, ContainerHangs.</exception>
    public void Remove(Container container, bool force) => new ContainerEnding(this, Root).Remove(container, force);

    /// <exception cref="EngineException">ContainerStillRunning, ContainerNotStarted.</exception>
    public ContainerExit Wait(Container container, TimeSpan? timeout, CancellationToken cancelled)
        => new ContainerEnding(this, Root).Wait(container, timeout, cancelled);

    /// <summary>What a container has printed; with <paramref name="follow"/>, on until it has ended.</summary>
    public IEnumerable<LogLine> ReadLog(Container container, int? tail, bool follow, CancellationToken cancelled)
        => new LogReader(container.Name, Path.Combine(Root.ContainerFolder(container.Id), ContainerRecord.LogName), Warn)
            .Read(tail, follow ? () => container.Run?.Supervisor is { IsAlive: true } : null, cancelled);

    /// <summary>Prints the plan that a start of this wish would carry out; changes nothing.</summary>
    public void Describe(ContainerSpec spec, Action<string> print) => PlanPreview.Print(spec, Store, print);

    /// <summary>How a container's root differs from its image; docker diff.</summary>
    /// <exception cref="EngineException">ContainerKeepsNothing, LayerMissing.</exception>
    public IReadOnlyList<FileChange> Compare(Container container, CancellationToken cancelled) => ContainerRoot.Compare(container, Root, cancelled);

    /// <summary>Writes a container's whole root as a tar.</summary>
    /// <exception cref="EngineException">ContainerKeepsNothing, LayerNotPackable.</exception>
    public void Export(Container container, string path, CancellationToken cancelled) => ContainerRoot.Export(container, Root, path, cancelled);

    /// <summary>A container's root, to be read or written from outside.</summary>
    /// <inheritdoc cref="ContainerRoot.Of(Container, StorageRoot, bool)"/>
    public RootView OpenRoot(Container container, bool writes = false) => ContainerRoot.Of(Probe(container.Record), Root, writes);
}
