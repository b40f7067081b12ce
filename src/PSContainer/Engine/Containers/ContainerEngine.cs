using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Commands;
using PSContainer.Engine.Containers.Life;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Logs;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Roots;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers;

/// <summary>What can be done with containers; the room's one door for cmdlets.</summary>
/// <param name="root">Where everything lies.</param>
/// <param name="executable">The path of <c>pscontainer</c>.</param>
public sealed class ContainerEngine(StorageRoot root, string executable)
{
    public ContainerStore Store { get; } = new(root);

    /// <summary>Takes what a start could do only in part; called while the start is asked for, on the same thread.</summary>
    public Action<string>? Warn { get; init; }

    private StorageRoot Root { get; } = root;

    /// <summary>The command line that every start of the executable begins with.</summary>
    internal string[] CommandLine(params ReadOnlySpan<string> rest) => [Executable, "--data", Root.Data, "--run", Root.Run, "--reply", "3", .. rest];

    internal string Executable { get; } = executable;

    /// <summary>The container as it is now.</summary>
    public Container Probe(ContainerRecord record)
    {
        string folder = Root.ContainerFolder(record.Id), runFolder = Root.RunFolder(record.Id);
        RunState? run = RunState.Read(runFolder);
        ExitRecord? exit = ExitRecord.Read(folder);
        ContainerNetworking? networking = ContainerNetworking.Read(folder);
        if (run is not null)
        {
            ContainerStatus status = StatusProbe.Of(run, runFolder);
            if (status != ContainerStatus.Stopped) return new Container(record, run, status, exit, networking, PortState.TryRead(runFolder));
        }
        // The exit file is made at the start and stays empty where nobody saw the end.
        bool everRan = run is not null || File.Exists(Path.Combine(folder, ExitRecord.FileName));
        return new Container(record, run, everRan ? ContainerStatus.Stopped : ContainerStatus.Created, exit, networking, ports: null);
    }

    /// <summary>The names of all running containers by their first process; what can't be read is passed over.</summary>
    public IReadOnlyDictionary<int, string> FirstProcesses()
    {
        var names = new Dictionary<int, string>();
        foreach (ContainerRecord record in Directory.Exists(Root.Run) ? Store.All() : [])
        {
            try
            {
                if (RunState.Read(Root.RunFolder(record.Id)) is { } run && run.Init.IsAlive) names[run.Init.Pid] = record.Name;
            }
            catch (EngineException)
            {
                // Get-Container tells of a broken state; here it only lacks a name.
            }
        }
        return names;
    }

    public Container Get(string nameOrId) => Probe(Store.Get(nameOrId));

    public ImageStore Images { get; } = new(root);

    /// <summary>The wish with an image below it, and with the image's own defaults.</summary>
    /// <param name="image">From the store, or, where it may have to be brought in, from an <see cref="ImageSource"/>.</param>
    /// <exception cref="EngineException">RootAmbiguous, and what the image's configuration is refused for.</exception>
    public ContainerSpec OnImage(ContainerSpec spec, StoredImage image)
    {
        if (spec.RootFs is not null) throw new EngineException("RootAmbiguous", Reason.InvalidInput, "An image and a folder can't both be the root.", "Name one root.");
        return ImageDefaults.Apply(spec, image);
    }

    /// <summary>Writes a container down and, unless told otherwise, starts it; all of it or nothing.</summary>
    /// <param name="spec">The wish; checked here.</param>
    /// <param name="start">Start it as well.</param>
    /// <exception cref="EngineException"/>
    public Container Create(ContainerSpec spec, bool start)
    {
        spec = spec.Validate();
        if (!start) return Probe(Store.Add(spec));
        string id = ContainerId.New();
        using SupervisorStart supervisor = SupervisorStart.Begin(this, ["--new", id]);
        ContainerRecord record = Store.Add(spec, id);
        try
        {
            supervisor.Finish(Warn);
        }
        catch (EngineException)
        {
            ClearStart(record);
            throw;
        }
        return Probe(record);
    }

    /// <summary>Runs a container in front of the caller, connected to its streams; it is removed when it ends.</summary>
    /// <exception cref="EngineException"/>
    public CommandProcess Run(ContainerSpec spec, CommandStreams streams)
    {
        ContainerRecord record = Store.Add(spec.Validate());
        try
        {
            return CommandProcess.Start(this, ["monitor", "--new", "--attach", record.Id], [], streams);
        }
        catch
        {
            Store.Discard(record.Id, record.Name);
            throw;
        }
    }

    /// <summary>Starts a container that does not run.</summary>
    /// <exception cref="EngineException">ContainerRunning, and whatever stands against the start.</exception>
    public Container Start(ContainerRecord record)
    {
        if (Probe(record).IsAlive)
            throw new EngineException("ContainerRunning", Reason.WrongState, $"The container '{record.Name}' runs already.", "Restart it with Stop-Container and Start-Container.");
        using SupervisorStart supervisor = SupervisorStart.Begin(this, [record.Id]);
        supervisor.Finish(Warn);
        return Probe(record);
    }

    public Container Start(Container container) => Start(container.Record);

    /// <summary>Asks a container to end, kills it when the time is over, and waits until all is cleared.</summary>
    /// <param name="signal">null: the image's, else TERM.</param>
    /// <exception cref="EngineException">SignalUnknown, ContainerHangs.</exception>
    public Container Stop(Container container, string? signal, TimeSpan timeout, CancellationToken cancelled)
    {
        signal ??= container.Record.StopSignal ?? "TERM";
        int number = SignalName.Parse(signal)
            ?? throw new EngineException("SignalUnknown", Reason.InvalidInput, $"'{Printable.Of(signal)}' is no signal.", "Use a name such as TERM, or a number from 1 to 64.");
        new ContainerEnding(this, Root).Stop(container, number, timeout, cancelled);
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
    public void Describe(ContainerSpec spec, Action<string> print)
    {
        string id = ContainerId.New(), folder = Root.ContainerFolder(id);
        using RootView view = RootView.Of(spec, Root);
        RuntimeSpec runtime = SpecTranslation.ToRuntimeSpec(spec.WithVolumesIn(folder), id, view.ReadText);
        var cgroup = CgroupPlan.Create(CgroupMounts.Discover(), runtime.Linux.CgroupsPath!, ResourceSettings.From(runtime.Linux.Resources));
        RootSource root = (ContainerStore.NewRecord(spec, id, "") with { IsKept = true }).Root(Root);
        var request = new ContainerPlanRequest(runtime, root, ContainerCgroupPlan.Make(cgroup))
        {
            Idle = spec.Command is null, DieWithParent = true, NameFiles = NetworkAttachment.FilesOf(folder, folder),
            Endpoints = new NetworkAttachment(Root).Preview(spec.Network.Resolve(Root, runtime.Hostname!), id),
            // Nothing of it is made yet, and all that it will have are folders.
            Host = new HostView(path => path.StartsWith(folder, StringComparison.Ordinal) || HostView.Real.IsDirectory(path)),
        };
        SyscallPlan plan = ContainerPlan.Build(request);
        foreach (string line in PlanText.Lines(plan)) print(line);
    }

    /// <summary>How a container's root differs from its image; docker diff.</summary>
    /// <exception cref="EngineException">ContainerKeepsNothing, LayerMissing.</exception>
    public IReadOnlyList<FileChange> Compare(Container container, CancellationToken cancelled)
    {
        if (container.Record is not { From: { } from, IsKept: true }) throw RootView.KeepsNothing(container);
        IReadOnlyList<FileChange> changes = ChangeList.Read(Path.Combine(Root.ContainerFolder(container.Id), LayerStack.Upper), from.Lowers(Root), cancelled);
        return [.. changes.Select(change => change with { ContainerName = container.Name, ContainerId = container.Id })];
    }

    /// <summary>Writes a container's whole root as a tar.</summary>
    /// <exception cref="EngineException">ContainerKeepsNothing, LayerNotPackable.</exception>
    public void Export(Container container, string path, CancellationToken cancelled) => RootExport.Write(container, Root, path, cancelled);

    /// <summary>A container's root, to be read or written from outside.</summary>
    /// <inheritdoc cref="RootView.Of(Container, StorageRoot, bool)"/>
    public RootView OpenRoot(Container container, bool writes = false) => RootView.Of(Probe(container.Record), Root, writes);

    // A supervisor that failed has cleared up itself; one that was killed could not.
    private void ClearStart(ContainerRecord record)
    {
        void Discard() => Store.Discard(record.Id, record.Name);
        try
        {
            // Not where somebody has started it once more, as soon as it had a name.
            RunResidue.TryClear(Root, record.Id, also: Discard);
        }
        catch (EngineException)
        {
            // Repair-ContainerStorage comes back to it; what stood against the start is the error to tell.
            Discard();
        }
    }
}
