using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>
/// A group for one process, so that a limit applies to it and its future children alone: "pscontainer.limit-PID-STARTTIME".
/// <para>In v1 it stands below the process's present group, in the needed hierarchies only, and all limits further up keep
/// counting. cgroup v2 allows no processes beside groups with limits ("no internal processes"), so there it stands
/// beside the present group, and gets that group's own limits first.</para>
/// <para>What a process has used already stays charged to its old group (cgroup-v2.rst, "Memory Ownership").</para>
/// </summary>
public static class ProcessGroup
{
    /// <summary>The name for a process; the start time makes it that process's own even when the number comes again.</summary>
    public static string NameFor(int processId, ulong startTime) => $"{CgroupPath.ProcessPrefix}{processId}-{startTime}";

    /// <summary>What <see cref="Isolate"/> would do; nothing where the process has its own group already.</summary>
    /// <exception cref="EngineException">ProcessNotFound, LimitNotSupported, CgroupUnreachable.</exception>
    public static IReadOnlyList<CgroupAction> Plan(int processId, ContainerLimit purpose, CgroupMounts? mounts = null)
        => Plan(ContainerCgroup.ForProcess(processId, mounts), NameFor(processId, StartTime(processId)), processId, purpose);

    /// <summary>The same from what is known of the process.</summary>
    public static IReadOnlyList<CgroupAction> Plan(ContainerCgroup present, string name, int processId, ContainerLimit purpose)
    {
        var actions = new List<CgroupAction>();
        var seen = new HashSet<CgroupMount>();
        foreach (var controller in purpose.Controllers)
        {
            var group = present.Group(controller) ?? throw LimitWrites.Missing(controller);
            if (!seen.Add(group.Mount) || Path.GetFileName(group.Directory) == name) continue;
            if (group.Version == CgroupVersion.V1) V1(group, name, processId, actions);
            else V2(present, group, name, processId, purpose, actions);
        }
        return actions;
    }

    /// <summary>
    /// Moves a process into its own group, or finds it there; then its cgroup takes limits by <see cref="ContainerCgroup.Apply(ContainerLimit, bool)"/>.
    /// </summary>
    /// <param name="processId">The process; all its threads move.</param>
    /// <param name="purpose">The limits that are going to be set: they say which hierarchies are needed.</param>
    /// <param name="mounts">Null: as they are now.</param>
    public static ContainerCgroup Isolate(int processId, ContainerLimit purpose, CgroupMounts? mounts = null)
    {
        mounts ??= CgroupMounts.Discover();
        var started = StartTime(processId);
        var name = NameFor(processId, started);
        var present = ContainerCgroup.ForProcess(processId, mounts);
        var actions = Plan(present, name, processId, purpose);
        foreach (var directory in actions.OfType<CgroupAction.MakeDirectory>()) RemoveEnded(Path.GetDirectoryName(directory.Path)!);
        CgroupRun.All(actions);
        // Had it ended and its number been given away meanwhile, we would have moved a stranger.
        if (StartTime(processId) != started) throw Gone(processId);
        return ContainerCgroup.ForProcess(processId, mounts);
    }

    /// <summary>The groups of this kind, anywhere in the tree, whose process has ended and which are empty: removed, and returned.</summary>
    public static IReadOnlyList<string> RemoveEnded(CgroupMounts? mounts = null)
    {
        var removed = new List<string>();
        foreach (var mount in (mounts ?? CgroupMounts.Discover()).Joined())
        {
            foreach (var directory in mount.Below("/").Tree()) RemoveIfEnded(directory, removed);
        }
        return removed;
    }

    private static void RemoveEnded(string parent)
    {
        foreach (var directory in Directory.EnumerateDirectories(parent, CgroupPath.ProcessPrefix + "*")) RemoveIfEnded(directory, null);
    }

    private static void RemoveIfEnded(string directory, List<string>? removed)
    {
        var name = Path.GetFileName(directory.AsSpan());
        if (!name.StartsWith(CgroupPath.ProcessPrefix, StringComparison.Ordinal)) return;
        var rest = name[CgroupPath.ProcessPrefix.Length..];
        var dash = rest.IndexOf('-');
        if (dash < 0 || !int.TryParse(rest[..dash], out var id) || !ulong.TryParse(rest[(dash + 1)..], out var started)) return;
        // Its process may be on its way in; rmdir itself refuses as long as anybody else is inside.
        if (TryStartTime(id) == started) return;
        if (CgroupFile.RemoveDirectory(directory) == Errno.None) removed?.Add(directory);
    }

    private static void V1(CgroupGroup group, string name, int processId, List<CgroupAction> actions)
    {
        var own = group.Child(name);
        if (!own.Exists) actions.Add(new CgroupAction.MakeDirectory(own.Directory, "a group for this process alone"));
        if (group.Mount.Has(CgroupController.Cpuset)) CpusetController.Writes(LimitTarget.New(own), group, new(), isNew: true, actions);
        actions.Add(new CgroupAction.WriteFile(own.File("cgroup.procs"), processId.ToString(), "move the process, with all its threads"));
    }

    private static void V2(ContainerCgroup present, CgroupGroup group, string name, int processId, ContainerLimit purpose, List<CgroupAction> actions)
    {
        // The root may hold processes beside groups, no other group may.
        var own = (group.Parent() ?? group).Child(name);
        var controllers = purpose.Controllers.Where(controller => ReferenceEquals(present.Group(controller)?.Mount, group.Mount)).ToArray();
        var inherited = group.IsTop ? new() : Finite(present.ReadLimit());
        var needed = controllers.Union(inherited.Controllers.Where(controller => ReferenceEquals(present.Group(controller)?.Mount, group.Mount))).ToArray();
        Subtree.Enable(own, needed, [], actions);
        if (!own.Exists) actions.Add(new CgroupAction.MakeDirectory(own.Directory, "a group for this process alone"));
        LimitWrites.ForNew(_ => own, new CgroupSettings { Limit = inherited }, actions);
        actions.Add(new CgroupAction.WriteFile(own.File("cgroup.procs"), processId.ToString(), "move the process, with all its threads"));
    }

    // Only what really limits: the rest is a new group's default anyway, and some of it could not be written.
    private static ContainerLimit Finite(ContainerLimit limit) => limit with
    {
        Memory = Limited(limit.Memory), MemoryHigh = Limited(limit.MemoryHigh), MemorySwap = Limited(limit.MemorySwap),
        MemoryLow = limit.MemoryLow is 0 ? null : limit.MemoryLow, PidsLimit = Limited(limit.PidsLimit),
        Cpus = limit.Cpus is { } cpus && double.IsFinite(cpus) ? cpus : null,
        CpuWeight = limit.CpuWeight is 100 ? null : limit.CpuWeight, IOWeight = limit.IOWeight is 100 ? null : limit.IOWeight,
        CpusetCpus = string.IsNullOrEmpty(limit.CpusetCpus) ? null : limit.CpusetCpus,
        CpusetMems = string.IsNullOrEmpty(limit.CpusetMems) ? null : limit.CpusetMems,
        DeviceThrottles = limit.DeviceThrottles is { Count: 0 } ? null : limit.DeviceThrottles,
    };

    private static long? Limited(long? value) => value == ContainerLimit.Unlimited ? null : value;

    private static ulong StartTime(int processId) => TryStartTime(processId) ?? throw Gone(processId);

    // Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets, so counting begins after the last bracket.
    private static ulong? TryStartTime(int processId)
    {
        if (CgroupFile.Read($"/proc/{processId}/stat", out var text) != Errno.None) return null;
        var rest = text.AsSpan(text.LastIndexOf(')') + 1).TrimStart();
        for (var field = 3; field < 22; field++) rest = rest[(rest.IndexOf(' ') + 1)..];
        return ulong.TryParse(rest[..rest.IndexOf(' ')], out var ticks) ? ticks : null;
    }

    private static EngineException Gone(int processId) => new("ProcessNotFound", Reason.NotFound, $"There is no process {processId}.");
}
