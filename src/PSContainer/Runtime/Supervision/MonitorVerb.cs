using PSContainer.Engine;
using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Roots;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Runtime.Child;
using PSContainer.Runtime.Ports;

namespace PSContainer.Runtime.Supervision;

/// <summary>
/// monitor: makes a container of the module's, answers, and stays as its only attendant: keeps its log, waits for its end,
/// writes down how it ended, clears up. With --attach it keeps no log; the container's streams are the caller's own.
/// </summary>
internal static class MonitorVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        string id = line.Required("the container's id");
        line.TakeOptions();
        bool attached = line.Flag("attach"), isNew = line.Flag("new");
        if (line.Descriptor("await") is { } word && !IsWritten(word)) return 1;
        var store = new ContainerStore(context.Storage);
        string folder = context.Storage.ContainerFolder(id);
        ContainerRecord record = ContainerRecord.Read(folder) ?? throw NotFound(id);
        try
        {
            return Supervise(context, store, record, folder, attached);
        }
        catch (Exception failure) when (isNew && failure is EngineException { Id: not "ContainerRunning" } or KernelException or IOException)
        {
            store.Discard(record.Id, record.Name);
            throw;
        }
    }

    private static EngineException NotFound(string id)
        => new("ContainerNotFound", Reason.NotFound, $"There is no container '{id}'.", "Somebody has removed it meanwhile; Get-Container lists them all.");

    // Whoever started this still writes the container down, and then says so; an end without a word is one of his own.
    private static bool IsWritten(int word)
    {
        int count = Files.Read(word, stackalloc byte[1]);
        Files.Close(word);
        return count == 1;
    }

    private static int Supervise(Context context, ContainerStore store, ContainerRecord record, string folder, bool attached)
    {
        // Held as long as this process lives: it is how everybody knows that a container is looked after.
        int @lock = Files.TryOpen(context.Storage.ContainerLock(record.Id), OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        if (@lock < 0) throw Syscall.Last == Errno.ENOENT ? NotFound(record.Id) : new KernelException("open", Syscall.Last, folder);
        if (!Take(@lock, context.Storage.RunFolder(record.Id)))
            throw new EngineException("ContainerRunning", Reason.WrongState, $"The container '{record.Name}' runs already.", "Stop it first (Stop-Container).");
        // Whoever removes a container holds its lock.
        if (!File.Exists(Path.Combine(folder, ContainerRecord.FileName))) throw NotFound(record.Id);
        ClearResidue(context, record.Id);

        if (record is { From: not null, IsKept: true, AutoRemove: true }) WritableFolders.Prepare(folder);
        using PublishedPorts ports = PublishedPorts.Take(context.Storage, record);
        RuntimeSpec spec = RuntimeSpecReader.ReadBundle(folder);
        int signals = Foreground.Prepare();
        using ExitFile exitFile = ExitFile.Begin(folder);
        using LogPump? log = attached ? null : new LogPump(Path.Combine(folder, ContainerRecord.LogName));
        (Born process, RunState state) = Start(context, record, folder, spec, log, ports);
        log?.CloseContainersSide();
        Open(context, ports, process, state);
        Reply.Started(state.Init, ports.Warnings);

        // What the start needed is garbage now, and this process may live for months.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // Nor does what libseccomp needed, a megabyte, where the filter had to be made.
        HeapMemory.GiveBack();
        ProcessExit exit = attached ? Foreground.Wait(process, signals, ports) : Attendance.Wait(process, signals, log!, ports);
        bool oomKilled = state.CgroupPath is { } path && ContainerCgroup.Open(path).OomKills > 0;
        // First the record, then the clearing: whatever cuts this off, the exit code is not lost.
        exitFile.Write(new ExitRecord(exit.ShellCode, oomKilled, DateTimeOffset.Now));
        ContainerEnd.Clear(context, state);
        if (record.AutoRemove) store.Discard(record.Id, record.Name);
        return exit.ShellCode;
    }

    // The container runs already; without its ports it may not.
    private static void Open(Context context, PublishedPorts ports, Born process, RunState state)
    {
        try
        {
            ports.Finish();
        }
        catch
        {
            Processes.Signal(process.Pidfd, Signals.Kill);
            Processes.Reap(process.Pidfd, wait: true);
            ContainerEnd.Clear(context, state);
            throw;
        }
    }

    private static (Born, RunState) Start(Context context, ContainerRecord record, string folder, RuntimeSpec spec, LogPump? log, PublishedPorts ports)
    {
        var attachment = new NetworkAttachment(context.Storage);
        string runFolder = context.Runs.Claim(record.Id);
        AttachedNetwork? network = null;
        try
        {
            network = attachment.Attach(new NetworkMember(record.Id, record.Name), spec, new ContainerStore(context.Storage).ShownName);
            ports.Begin(network, runFolder);
            return ContainerStart.Run(context, new StartRequest(record.Id, folder, network.Spec, record.Root(context.Storage))
            {
                DieWithParent = true, Supervised = true, Idle = record.Idle,
                Streams = log is null ? (-1, -1, -1) : (-1, log.Output, log.Error),
                Network = network,
                Words = LimitWords.Parameters,
                Meanwhile = () =>
                {
                    ports.Listen();
                    attachment.Announce(network);
                },
            }, runFolder);
        }
        catch
        {
            ports.Settle();
            ContainerEnd.Clear(context, record.Id, cgroupPath: null)?.Dispose();
            throw;
        }
        finally
        {
            if (network is { Namespace: >= 0 }) Files.Close(network.Namespace);
        }
    }

    // A supervisor that has told how its container ended holds the lock until it has cleared up and ended itself.
    private static bool Take(int @lock, string runFolder)
    {
        const int patience = 1000, pause = 5;
        for (int i = 0; i < patience; i++)
        {
            if (Files.TryLock(@lock)) return true;
            if (RunState.Read(runFolder) is { Init.IsAlive: true }) return false;
            Thread.Sleep(pause);
        }
        return false;
    }

    // A supervisor that was killed took the container along (PR_SET_PDEATHSIG), but not its cgroup and run folder.
    private static void ClearResidue(Context context, string id)
    {
        string runFolder = context.Storage.RunFolder(id);
        if (Directory.Exists(runFolder)) ContainerEnd.Clear(context, id, RunState.Read(runFolder)?.CgroupPath ?? CgroupPath.Default(id))?.Dispose();
    }
}
