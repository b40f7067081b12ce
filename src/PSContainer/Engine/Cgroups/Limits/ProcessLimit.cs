using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>
/// Limits for any process: it moves into a group of its own (<see cref="ProcessGroup"/>), and that gets the limits. All or
/// nothing: where a limit can't be set, the process goes back to where it was.
/// </summary>
public static class ProcessLimit
{
    /// <summary>What <see cref="Set"/> would do.</summary>
    /// <exception cref="EngineException">As <see cref="Set"/>, as far as it can be told beforehand.</exception>
    public static IReadOnlyList<PlannedChange> Plan(int processId, ContainerLimit wish)
    {
        var present = ContainerCgroup.ForProcess(processId);
        return [.. Actions(present, processId, wish.Validate()).Select(PlannedChange.From)];
    }

    /// <summary>Limits a process and the children it will have; values that are null stay as they are.</summary>
    /// <param name="processId">The process, all its threads.</param>
    /// <param name="wish">The limits.</param>
    /// <param name="force">As in <see cref="ContainerCgroup.Apply(ContainerLimit, bool)"/>.</param>
    /// <exception cref="EngineException">ProcessNotFound, ProcessInContainer, CgroupUnreachable, and those of <see cref="ContainerCgroup.Apply(ContainerLimit, bool)"/>.</exception>
    public static void Set(int processId, ContainerLimit wish, bool force)
    {
        wish = wish.Validate();
        var mounts = CgroupMounts.Discover();
        var present = ContainerCgroup.ForProcess(processId, mounts);
        // What can be refused beforehand is refused before the process has moved.
        Actions(present, processId, wish);
        var own = ProcessGroup.Isolate(processId, wish, mounts);
        try
        {
            own.Apply(wish, force);
        }
        catch
        {
            MoveBack(processId, present, own);
            throw;
        }
    }

    private static List<CgroupAction> Actions(ContainerCgroup present, int processId, ContainerLimit wish)
    {
        RefuseContainers(present, wish);
        var started = ProcessIdentity.Of(processId)
            ?? throw new EngineException("ProcessNotFound", Reason.NotFound, $"There is no process {processId}.");
        var name = ProcessGroup.NameFor(processId, started.StartTime);
        var actions = new List<CgroupAction>(ProcessGroup.Plan(present, name, processId, wish));
        var groups = wish.Controllers.ToDictionary(controller => controller, controller => Own(present.Group(controller)!, name));
        if (groups.Values.All(group => group.Exists))
        {
            var own = new ContainerCgroup(present.Mounts, [.. groups.Values.DistinctBy(group => group.Mount)]);
            actions.AddRange(LimitWrites.ForExisting(own, new CgroupSettings { Limit = wish }));
            return actions;
        }
        var settings = new CgroupSettings { Limit = wish };
        LimitWrites.ForNew(controller => groups[controller], settings, actions);
        if (groups.TryGetValue(CgroupController.Cpuset, out var cpuset))
        {
            CpusetController.Writes(LimitTarget.New(cpuset), Above(cpuset), settings, isNew: false, actions);
        }
        return actions;
    }

    // In v2 the process's own group stands beside the present one. For a process of a container that would be a way out of it.
    private static void RefuseContainers(ContainerCgroup present, ContainerLimit wish)
    {
        foreach (var controller in wish.Controllers)
        {
            if (present.Group(controller) is not { Version: CgroupVersion.V2 } group) continue;
            if (!group.Path.Split('/').Any(part => part.StartsWith(CgroupPath.Prefix, StringComparison.Ordinal))) continue;
            throw new EngineException("ProcessInContainer", Reason.WrongState, $"The process is in a container ({group.Path}), and cgroup v2 gives a process of a container no limits of its own.",
                "Limit the container instead.");
        }
    }

    // Where Isolate puts the process; itself where it is there already.
    private static CgroupGroup Own(CgroupGroup group, string name)
        => Path.GetFileName(group.Directory) == name ? group
            : group.Version == CgroupVersion.V1 ? group.Child(name) : (group.Parent() ?? group).Child(name);

    private static CgroupGroup? Above(CgroupGroup group)
    {
        var at = group.Parent();
        while (at is { Exists: false }) at = at.Parent();
        return at;
    }

    private static void MoveBack(int processId, ContainerCgroup before, ContainerCgroup now)
    {
        foreach (var group in now.Groups)
        {
            var old = before.Groups.FirstOrDefault(other => other.Mount.IsSameHierarchy(group.Mount));
            if (old is null || old.Directory == group.Directory) continue;
            CgroupFile.Write(old.File("cgroup.procs"), processId.ToString());
            CgroupFile.RemoveDirectory(group.Directory);
        }
    }
}
