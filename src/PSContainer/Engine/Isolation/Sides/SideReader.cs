using System.Text;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Namespaces;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Isolation.Sides;

/// <summary>
/// Looks at a process from outside, and from inside on a thread that visits its namespaces. No program is run, nothing in the
/// container is needed, and nothing there is waited for.
/// </summary>
public sealed class SideReader : IDisposable
{
    private const int FirstProcess = 1;

    private static readonly (NamespaceType Type, CloneFlags Flag)[] s_visited =
    [
        (NamespaceType.Uts, CloneFlags.NewUts), (NamespaceType.Ipc, CloneFlags.NewIpc), (NamespaceType.Net, CloneFlags.NewNet), (NamespaceType.Cgroup, CloneFlags.NewCgroup),
    ];

    private readonly ProcDirectory _proc = ProcDirectory.Open();
    private readonly CgroupMounts _cgroups = CgroupMounts.Discover();
    // One runs here, and answers all of uname(2).
    private readonly string? _kernel = WholeFile.TryRead("/proc/sys/kernel/osrelease", out _) is { } release ? $"Linux {Encoding.ASCII.GetString(release).TrimEnd()}" : null;
    private Side? _machine;

    /// <summary>This machine, looked at once.</summary>
    public Side Machine => _machine ??= ReadMachine();

    /// <exception cref="EngineException">ContainerNotRunning, and what <see cref="Of(int)"/> has.</exception>
    public Side Of(Container container)
    {
        if (container.Pid is not { } pid)
            throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{container.Name}' is {container.Status.ToString().ToLowerInvariant()}, and has no namespaces.", "Start it first (Start-Container).");
        try
        {
            Side side = Of(pid) with { Name = container.Name, ContainerName = container.Name, ContainerId = container.Id, Image = container.Image };
            return ProcStat.TryRead(_proc, pid, out ProcStat now) && now.StartTime == container.PidStartTime ? side : throw Stopped(container, null);
        }
        catch (EngineException ended) when (ended.Id is "ProcessNotFound" or "ProcessEnded")
        {
            throw Stopped(container, ended);
        }
    }

    /// <exception cref="EngineException">ProcessNotFound; ProcessEnded: a zombie, or it has ended meanwhile; ProcessIsKernelThread.</exception>
    public Side Of(int pid)
    {
        // What the two share is taken from there.
        _machine ??= ReadMachine();
        int pidfd = pid > 0 ? Processes.TryOpen(pid) : -1;
        if (pidfd < 0) throw new EngineException("ProcessNotFound", Reason.NotFound, $"There is no process {pid}.", "Get-Process lists those that run.");
        try
        {
            ProcStatus status = ProcStatus.TryRead(_proc, pid) ?? throw Ended(pid);
            if (status.State is 'Z' or 'X') throw Ended(pid);
            if (status.IsKernelThread)
                throw new EngineException("ProcessIsKernelThread", Reason.InvalidInput, $"{pid} is a thread of the kernel's, not a process: there is nothing to isolate.", "Name a process that runs a program.");
            Side side = Read(pid, pid, status, pidfd);
            return Processes.WaitEnd(pidfd, 0) ? throw Ended(pid) : side;
        }
        finally
        {
            Files.Close(pidfd);
        }
    }

    public void Dispose() => _proc.Dispose();

    private Side ReadMachine()
    {
        int own = Environment.ProcessId;
        ProcStatus status = ProcStatus.TryRead(_proc, FirstProcess) ?? ProcStatus.TryRead(_proc, own) ?? new ProcStatus();
        return Read(own, FirstProcess, status, pidfd: -1) with { Name = Side.MachineName, IsMachine = true };
    }

    // What a process may do is the first process's for the machine; everything else is what this session has around it.
    private Side Read(int pid, int rightsOf, ProcStatus status, int pidfd)
    {
        ulong[] namespaces = NamespacesOf(pid);
        IdMap? uids = Map(pid, "uid_map"u8);
        MountSight? mounts = _proc.ReadFile(pid, "mountinfo"u8) is { Length: > 0 } text ? MountSight.Parse(text) : null;
        InsideSight? inside = pidfd < 0 ? InsideSight.Read(_proc, pid) : Visit(pid, pidfd, namespaces);
        return new Side
        {
            Name = status.Name,
            ProcessId = pid,
            Namespaces = namespaces,
            Status = status,
            Cgroup = InsideSight.CgroupPathOf(_proc.ReadFile(pid, "cgroup"u8)),
            Uids = uids,
            Gids = Map(pid, "gid_map"u8),
            Mounts = mounts,
            Root = mounts is null ? null : RootSight.Read(_proc.Root, pid, mounts, OuterMounts(pid, namespaces), uids?.Inside(status.Uid)),
            Network = IsOurs(namespaces, NamespaceType.Net) ? _machine!.Network : NetworkSight.Read(_proc.Root, pid, inside?.Tcp),
            Inside = inside,
            Resources = ResourceSight.Read(rightsOf, _cgroups),
            Kernel = _kernel,
            TimeOffsets = Offsets(_proc.ReadFile(pid, "timens_offsets"u8)),
        };
    }

    // What is this session's own needs no visit.
    private InsideSight? Visit(int pid, int pidfd, ulong[] namespaces)
    {
        CloneFlags foreign = 0;
        foreach ((NamespaceType type, CloneFlags flag) in s_visited)
        {
            if (namespaces[(int)type] == 0 && Machine.NamespaceOf(type) != 0) return null;
            if (!IsOurs(namespaces, type)) foreign |= flag;
        }
        InsideSight? seen = null;
        try
        {
            if (foreign == 0) return Machine.Inside! with { Cgroup = InsideSight.CgroupPathOf(_proc.ReadFile(pid, "cgroup"u8)) };
            NamespaceVisit.Run(pidfd, foreign, () => seen = InsideSight.Read(_proc, pid));
        }
        catch (KernelException)
        {
            // No right to go there, or the process has just ended: the latter is seen in the end.
            return null;
        }
        return seen;
    }

    // Where a root that is no mount of its own lies, this session's mounts tell, as far as they are the same.
    private MountSight? OuterMounts(int pid, ulong[] namespaces) => IsOurs(namespaces, NamespaceType.Mnt) || pid == Environment.ProcessId ? _machine?.Mounts : null;

    private bool IsOurs(ulong[] namespaces, NamespaceType type) => _machine is { } machine && namespaces[(int)type] == machine.NamespaceOf(type) && namespaces[(int)type] != 0;

    private ulong[] NamespacesOf(int pid)
    {
        var numbers = new ulong[8];
        using ProcEntry links = _proc.OpenForLinks(pid, "ns"u8);
        Span<byte> text = stackalloc byte[NamespaceLink.LongestText];
        for (int type = 0; links.IsOpen && type < numbers.Length; type++)
        {
            int length = links.ReadLink(NamespaceTypes.LinkOf((NamespaceType)type), text);
            if (length > 0 && NamespaceLink.TryParse(text[..length], out _, out ulong number)) numbers[type] = number;
        }
        return numbers;
    }

    private IdMap? Map(int pid, ReadOnlySpan<byte> name) => _proc.ReadFile(pid, name) is { } text ? IdMap.Parse(Encoding.ASCII.GetString(text)) : null;

    // "monotonic  86400  0", "boottime  0  0": seconds and nanoseconds.
    private static (string, string)? Offsets(byte[]? text)
    {
        if (text is null) return null;
        string monotonic = "0", boot = "0";
        foreach (string line in Encoding.ASCII.GetString(text).Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var clock, var seconds, ..]) continue;
            if (clock == "monotonic") monotonic = seconds;
            else if (clock == "boottime") boot = seconds;
        }
        return (monotonic, boot);
    }

    private static EngineException Ended(int pid)
        => new("ProcessEnded", Reason.WrongState, $"The process {pid} has ended: it is a zombie, or gone, and in no namespaces any more.", "Get-Process lists those that run.");

    private static EngineException Stopped(Container container, Exception? cause)
        => new("ContainerNotRunning", Reason.WrongState, $"The container '{container.Name}' has just stopped.", "Start it (Start-Container), and try again.", cause);
}
