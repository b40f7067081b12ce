using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Engine.Cgroups.Hierarchy;

namespace PSContainer.Engine.Cgroups.Making;

/// <summary>How a container gets its cgroup, as data: what its parent does before the clone, and what the child does.</summary>
public sealed record CgroupPlan
{
    /// <summary>The cgroup that will be.</summary>
    public required ContainerCgroup Cgroup { get; init; }

    /// <summary>In the parent, in order, before clone3: the groups are made, and limited before anybody is in them.</summary>
    public required IReadOnlyList<CgroupAction> Actions { get; init; }

    /// <summary>In the child, at once after clone3: one `tasks` file of each v1 hierarchy, into which it writes "0".</summary>
    public required IReadOnlyList<CgroupAction.Join> Joins { get; init; }

    /// <summary>
    /// cgroup v2: the directory whose descriptor (O_RDONLY|O_DIRECTORY) goes to clone3 with CLONE_INTO_CGROUP; null where v2 is
    /// not mounted. The child unshares its cgroup namespace itself, afterwards: CLONE_NEWCGROUP in the same clone3 would root
    /// the namespace at the parent's group.
    /// </summary>
    public string? BirthDirectory { get; init; }

    /// <summary>cgroup v2: the device program to attach to the group before the child runs anything of the user's; null in v1.</summary>
    public DeviceFilter? DeviceFilter { get; init; }

    /// <summary>Directories that are to be made and so are ours to remove, in the order of making; see <see cref="Undo"/>.</summary>
    public IReadOnlyList<string> Made => [.. Actions.OfType<CgroupAction.MakeDirectory>().Select(static action => action.Path)];

    /// <summary>Runs the parent's part, all or nothing, device program included.</summary>
    public void Execute()
    {
        CgroupRun.All(Actions);
        try { DeviceFilter?.Attach(); }
        catch
        {
            Undo();
            throw;
        }
    }

    /// <summary>Removes what <see cref="Actions"/> made, processes in it killed; parents only where they are empty.</summary>
    public void Undo()
    {
        Cgroup.Remove();
        foreach (var directory in Made.Reverse()) CgroupFile.RemoveDirectory(directory);
    }

    /// <summary>
    /// Plans a container's cgroup: reads the tree, changes nothing.
    /// </summary>
    /// <param name="mounts">Where the hierarchies are.</param>
    /// <param name="path">From <see cref="CgroupPath.Resolve"/>.</param>
    /// <param name="settings">The limits; checked here.</param>
    /// <exception cref="EngineException">CgroupNotAvailable, CgroupNotEmpty, CgroupFrozen, LimitNotSupported, LimitTooSmall, LimitOutOfRange,
    /// CpusetInvalid, DeviceRuleNotSupported.</exception>
    public static CgroupPlan Create(CgroupMounts mounts, string path, CgroupSettings settings) => CgroupCreation.Plan(mounts, path, settings.Validate());
}
