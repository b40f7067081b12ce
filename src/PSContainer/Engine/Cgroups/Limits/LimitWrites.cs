using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>Turns settings into writes, controller by controller.</summary>
internal static class LimitWrites
{
    /// <summary>The writes for a group that is there, each limit in relation to what holds now.</summary>
    /// <exception cref="EngineException">CgroupNotFound, LimitNotSupported, CpusetInvalid, DeviceRuleNotSupported.</exception>
    public static IReadOnlyList<CgroupAction> ForExisting(ContainerCgroup cgroup, CgroupSettings wish)
    {
        var writes = new List<CgroupAction>();
        foreach (var controller in wish.Controllers)
        {
            var group = cgroup.Group(controller) ?? throw Missing(controller);
            if (!group.Exists) throw new EngineException("CgroupNotFound", Reason.NotFound, $"The cgroup {group.Path} is gone.", "The container or process has ended.");
            if (group.IsTop)
            {
                throw new EngineException("LimitNotSupported", Reason.NotSupported, $"{group.Path} is the root of {group.Mount.Directory}; the kernel limits only groups below it.",
                    "Give the process a group of its own first.");
            }
            if (group.Version == CgroupVersion.V2) Subtree.Enable(group, [controller], [], writes);
        }
        Add(wish, controller => LimitTarget.Existing(cgroup.Group(controller)!), isNew: false, writes);
        if (wish.Unified is { Count: > 0 } unified)
        {
            UnifiedFiles.Writes(cgroup.Unified ?? throw UnifiedFiles.NotHere(), unified, writes);
        }
        return writes;
    }

    /// <summary>The writes for groups that are still to be made.</summary>
    /// <param name="group">The container's group for a controller.</param>
    /// <param name="wish">The settings.</param>
    /// <param name="writes">Receives the writes.</param>
    public static void ForNew(Func<CgroupController, CgroupGroup> group, CgroupSettings wish, List<CgroupAction> writes)
        => Add(wish, controller => LimitTarget.New(group(controller)), isNew: true, writes);

    private static void Add(CgroupSettings wish, Func<CgroupController, LimitTarget> target, bool isNew, List<CgroupAction> writes)
    {
        var controllers = wish.Controllers;
        // Memory first: it alone can fail for what goes on inside, and then nothing else has changed yet.
        if (controllers.Contains(CgroupController.Memory))
        {
            var at = target(CgroupController.Memory);
            MemoryController.Writes(at, isNew ? new() : MemoryController.Read(at.Group), wish, writes);
        }
        if (controllers.Contains(CgroupController.Cpu))
        {
            var at = target(CgroupController.Cpu);
            CpuController.Writes(at, isNew ? new() : CpuController.Read(at.Group), wish, writes);
        }
        if (!isNew && controllers.Contains(CgroupController.Cpuset))
        {
            var at = target(CgroupController.Cpuset);
            CpusetController.Writes(at, at.Group.Parent(), wish, isNew: false, writes);
        }
        if (controllers.Contains(CgroupController.Pids)) PidsController.Writes(target(CgroupController.Pids), wish, writes);
        if (controllers.Contains(CgroupController.BlockIO)) BlockIOController.Writes(target(CgroupController.BlockIO), wish, writes);
        if (controllers.Contains(CgroupController.Hugetlb)) HugetlbController.Writes(target(CgroupController.Hugetlb), wish, writes);
        if (wish.Devices is { } rules && target(CgroupController.Devices) is { IsV1: true } devices)
        {
            DeviceController.Writes(devices, isNew ? null : devices.Group.Read("devices.list"), rules, writes);
        }
    }

    public static EngineException Missing(CgroupController controller)
    {
        var name = CgroupControllerName.V2(controller) is { } v2 && v2 != CgroupControllerName.V1(controller)
            ? $"{CgroupControllerName.V1(controller)} (v1) or {v2} (v2)" : CgroupControllerName.V1(controller);
        return LimitTarget.NotSupported($"This machine has no cgroup controller {name}.", "Mount it, or enable it in the kernel (Get-ContainerHost shows which there are).");
    }
}

/// <summary>OCI's `unified`: files of cgroup v2 by name (config-linux.md, "Unified").</summary>
internal static class UnifiedFiles
{
    public static void Writes(CgroupGroup group, IReadOnlyDictionary<string, string> files, List<CgroupAction> writes)
    {
        foreach (var (file, value) in files)
        {
            // One line, one write: io.max takes one device at a time.
            foreach (var line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries)) writes.Add(new CgroupAction.WriteFile(group.File(file), line, "as the bundle says"));
        }
    }

    /// <summary>The controllers whose files are named, as cgroup.controllers writes them; cgroup.* belongs to none.</summary>
    public static IEnumerable<string> Controllers(IReadOnlyDictionary<string, string>? files)
        => files is null ? [] : files.Keys.Select(static file => file[..file.IndexOf('.')]).Where(static name => name != "cgroup").Distinct();

    public static EngineException NotHere()
        => LimitTarget.NotSupported("The bundle sets files of cgroup v2 (unified), which is not mounted here.", "Use the other properties of linux.resources.");
}
