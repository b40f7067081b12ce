using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Life;
using PSContainer.Engine.Cgroups.Limits;

namespace PSContainer.Engine.Cgroups.Making;

/// <summary>Builds the actions that make a container's cgroup.</summary>
internal static class CgroupCreation
{
    public static CgroupPlan Plan(CgroupMounts mounts, string path, CgroupSettings settings)
    {
        if (mounts.Layout == CgroupLayout.None)
        {
            throw new EngineException("CgroupNotAvailable", Reason.NotSupported, "No cgroup filesystem is mounted here.", "Mount one: mount -t cgroup2 none /sys/fs/cgroup");
        }
        foreach (var controller in settings.Controllers)
        {
            if (mounts.Find(controller) is null) throw LimitWrites.Missing(controller);
        }
        if (settings.Unified is { Count: > 0 } && mounts.Unified is null) throw UnifiedFiles.NotHere();

        var groups = mounts.Joined(settings.Controllers).Select(mount => mount.Below(path)).ToArray();
        var cgroup = new ContainerCgroup(mounts, groups, path);
        var actions = new List<CgroupAction>(32);
        foreach (var group in groups)
        {
            RequireUnused(group);
            if (group.Version == CgroupVersion.V2) MakeV2(group, mounts, settings, actions);
            else MakeV1(group, settings, actions);
        }
        LimitWrites.ForNew(controller => cgroup.Group(controller)!, settings, actions);
        if (settings.Unified is { Count: > 0 } files) UnifiedFiles.Writes(cgroup.Unified!, files, actions);

        return new()
        {
            Cgroup = cgroup,
            Actions = actions,
            Joins = [.. Array.FindAll(groups, static group => group.Version == CgroupVersion.V1)
                .Select(static group => new CgroupAction.Join(group.File("tasks"), $"join {string.Join(',', group.Mount.Controllers.DefaultIfEmpty(group.Mount.Name))}"))],
            BirthDirectory = cgroup.Unified?.Directory,
            DeviceFilter = settings.Devices is { } rules && cgroup.Group(CgroupController.Devices) is { Version: CgroupVersion.V2 } devices
                ? new(devices.Directory, DeviceProgram.Build(rules)) : null,
        };
    }

    // Somebody else's processes would come under our limits and be killed at our end; in a frozen group ours would never start.
    private static void RequireUnused(CgroupGroup group)
    {
        if (group.IsTop || !group.Exists) return;
        foreach (var directory in group.Tree())
        {
            if (!string.IsNullOrWhiteSpace(CgroupFile.TryRead(directory + "/cgroup.procs")))
            {
                throw new EngineException("CgroupNotEmpty", Reason.AlreadyExists, $"The cgroup {directory} exists already and holds processes.", "Choose another cgroups path, or end them.");
            }
        }
        if (CgroupFreezer.IsFrozenHere(group))
        {
            throw new EngineException("CgroupFrozen", Reason.WrongState, $"The cgroup {group.Directory} is frozen: nothing could start in it.", "Thaw it, or choose another cgroups path.");
        }
    }

    private static void MakeV1(CgroupGroup group, CgroupSettings settings, List<CgroupAction> actions)
    {
        var cpuset = group.Mount.Has(CgroupController.Cpuset);
        CgroupGroup? existing = null;
        foreach (var (level, isLeaf) in Levels(group))
        {
            var exists = level.Exists;
            if (!exists) actions.Add(Make(level, isLeaf));
            if (cpuset && !level.IsTop && (!exists || isLeaf))
            {
                var wish = isLeaf ? settings : new();
                CpusetController.Writes(LimitTarget.New(level), existing, wish, isNew: true, actions);
            }
            if (exists) existing = level;
        }
    }

    private static void MakeV2(CgroupGroup group, CgroupMounts mounts, CgroupSettings settings, List<CgroupAction> actions)
    {
        bool IsHere(CgroupController controller) => mounts.Find(controller)?.Version == CgroupVersion.V2;
        IEnumerable<string> Here(IEnumerable<CgroupController> controllers)
        {
            foreach (var controller in controllers)
                if (IsHere(controller) && CgroupControllerName.V2(controller) is { } name) yield return name;
        }
        var needed = Here(settings.Controllers).Union(UnifiedFiles.Controllers(settings.Unified)).ToArray();
        var welcome = Here(CgroupControllerName.Counting).Except(needed).ToArray();
        CgroupGroup? existing = null;
        foreach (var (level, isLeaf) in Levels(group))
        {
            if (level.Exists) existing = level;
            else actions.Add(Make(level, isLeaf));
            if (!isLeaf) Subtree.Level(level, needed, welcome, actions);
            else if (settings.Controllers.Contains(CgroupController.Cpuset) && IsHere(CgroupController.Cpuset))
            {
                CpusetController.Writes(LimitTarget.New(level), existing, settings, isNew: true, actions);
            }
        }
    }

    private static CgroupAction.MakeDirectory Make(CgroupGroup level, bool isLeaf)
        => new(level.Directory, isLeaf ? "the container's own group" : "a group on the way to the container's", Shared: !isLeaf);

    // From the top of the mount down to the group itself.
    private static IEnumerable<(CgroupGroup Level, bool IsLeaf)> Levels(CgroupGroup group)
    {
        var levels = new Stack<CgroupGroup>();
        for (var at = group; at is not null; at = at.Parent()) levels.Push(at);
        foreach (var level in levels) yield return (level, ReferenceEquals(level, group));
    }
}
