using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Life;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Cgroups;

/// <summary>
/// The cgroup of a container or of a process: one group in each hierarchy, which in v2 is one directory altogether. It
/// holds no descriptor and remembers nothing; every answer is the kernel's, at the moment of asking.
/// </summary>
public sealed class ContainerCgroup
{
    private readonly string? path;

    internal ContainerCgroup(CgroupMounts mounts, IReadOnlyList<CgroupGroup> groups, string? path = null)
    {
        Mounts = mounts;
        Groups = groups;
        this.path = path;
    }

    public CgroupMounts Mounts { get; }

    /// <summary>The groups, one a hierarchy; those of a container all have the same path.</summary>
    public IReadOnlyList<CgroupGroup> Groups { get; }

    /// <summary>
    /// What <see cref="Open"/> takes: "/pscontainer-3f1c". Of a process, whose groups may have a path each, the first that is not
    /// the top.
    /// </summary>
    public string Path => path ?? Groups.FirstOrDefault(static group => !group.IsTop)?.Path ?? "/";

    /// <summary>At least one of the directories is there.</summary>
    public bool Exists => Groups.Any(static group => !group.IsTop && group.Exists);

    /// <summary>A container's cgroup by the path that <see cref="CgroupPath.Resolve"/> gave; it need not exist.</summary>
    public static ContainerCgroup Open(string path, CgroupMounts? mounts = null)
    {
        mounts ??= CgroupMounts.Discover();
        // hugetlb is joined by few, but looking for it costs nothing.
        return new(mounts, [.. mounts.Joined([CgroupController.Hugetlb]).Select(mount => mount.Below(path))], path);
    }

    /// <summary>The groups that a process is in now.</summary>
    /// <exception cref="EngineException">ProcessNotFound; CgroupUnreachable: outside of this process's own cgroup namespace.</exception>
    public static ContainerCgroup ForProcess(int processId, CgroupMounts? mounts = null)
    {
        var errno = CgroupFile.Read($"/proc/{processId}/cgroup", out var text);
        if (errno is Errno.ENOENT or Errno.ESRCH) throw new EngineException("ProcessNotFound", Reason.NotFound, $"There is no process {processId}.");
        if (errno != Errno.None) throw new EngineException("CgroupNotPermitted", Reason.NoPermission, $"The cgroups of process {processId} can't be read.", null, new KernelException("read", errno, $"/proc/{processId}/cgroup"));
        return FromMembership(CgroupMembership.Parse(text), mounts ?? CgroupMounts.Discover());
    }

    /// <summary>The same from the lines of /proc/PID/cgroup; hierarchies that are not mounted here are left out.</summary>
    public static ContainerCgroup FromMembership(IReadOnlyList<CgroupMembership> memberships, CgroupMounts mounts)
    {
        var groups = new List<CgroupGroup>(memberships.Count);
        foreach (var mount in mounts.Joined([CgroupController.Hugetlb]))
        {
            foreach (var membership in memberships)
            {
                var same = mount.Version == CgroupVersion.V2
                    ? membership.IsUnified
                    : !membership.IsUnified && membership.Name == mount.Name && membership.Controllers.Any(mount.Controllers.Contains) | mount.Name is not null;
                if (same && mount.DirectoryOf(membership.Path) is { } directory) groups.Add(new(mount, membership.Path, directory));
            }
        }
        if (groups.Count == 0)
        {
            throw new EngineException("CgroupUnreachable", Reason.NotSupported, "The process's cgroups can't be seen from here.",
                "Mount the cgroup filesystem, or leave this cgroup namespace.");
        }
        return new(mounts, groups);
    }

    /// <summary>The group in the hierarchy that has this controller; null where there is none.</summary>
    public CgroupGroup? Group(CgroupController controller)
    {
        if (Mounts.Find(controller) is not { } mount) return null;
        foreach (var group in Groups)
        {
            if (ReferenceEquals(group.Mount, mount)) return group;
        }
        return null;
    }

    /// <summary>The group in cgroup v2, with controllers or without.</summary>
    public CgroupGroup? Unified => Groups.FirstOrDefault(static group => group.Version == CgroupVersion.V2);

    /// <summary>What the kernel holds for this cgroup now; null for what it has no limit for.</summary>
    public ContainerLimit ReadLimit() => LimitReader.Read(this);

    /// <summary>The smallest limit from this cgroup up to the top, for memory, swap, processors and processes.</summary>
    /// <param name="only">Of these properties of <see cref="ContainerLimit"/> alone; of all where it is null.</param>
    public IReadOnlyList<TightestLimit> TightestAncestor(IReadOnlyCollection<string>? only = null) => TightestLimit.Find(this, only);

    /// <summary>What the cgroup uses and has used.</summary>
    public ContainerUsage ReadUsage() => UsageReader.Read(this);

    /// <summary>How many processes the kernel has killed in it for want of memory; 0 where it can't be told.</summary>
    public long OomKills => UsageReader.OomKills(this);

    /// <summary>The writes that <see cref="Apply(CgroupSettings, bool)"/> would do, for -WhatIf; checks everything that can be checked.</summary>
    public IReadOnlyList<CgroupAction> PlanApply(CgroupSettings desired) => LimitWrites.ForExisting(this, desired.Validate());

    /// <summary>Sets limits: all or none. Values that are null stay as they are.</summary>
    /// <param name="desired">The wish.</param>
    /// <param name="force">Sets a memory limit below what is used even if the kernel kills for it (v2; v1 never takes it).</param>
    /// <exception cref="EngineException">LimitNotSupported, LimitTooSmall, LimitOutOfRange, CpusetInvalid, MemoryInUse, LimitDeviceInvalid,
    /// CgroupNotPermitted, CgroupNotFound.</exception>
    public void Apply(ContainerLimit desired, bool force = false) => Apply(new CgroupSettings { Limit = desired }, force);

    /// <inheritdoc cref="Apply(ContainerLimit, bool)"/>
    public void Apply(CgroupSettings desired, bool force = false)
    {
        var checkedWish = desired.Validate();
        var actions = LimitWrites.ForExisting(this, checkedWish);
        if (!force && checkedWish.Limit.Memory is { } max && Group(CgroupController.Memory) is { } memory) MemoryRoom.Make(memory, max);
        CgroupRun.All(actions);
        if (checkedWish.Devices is { } rules && Group(CgroupController.Devices) is { Version: CgroupVersion.V2 } devices)
        {
            new DeviceFilter(devices.Directory, DeviceProgram.Build(rules)).Attach();
        }
    }

    /// <summary>Host ids of the processes in it and in the groups below it.</summary>
    public IReadOnlyList<int> ProcessIds() => CgroupProcesses.Ids(this);

    /// <summary>Stops all its processes where they stand; returns when the kernel says they do.</summary>
    /// <exception cref="EngineException">FreezeTimedOut (thawed again), CgroupNotFound, LimitNotSupported.</exception>
    public void Freeze(TimeSpan? timeout = null) => CgroupFreezer.Freeze(this, timeout ?? TimeSpan.FromSeconds(10));

    public void Thaw() => CgroupFreezer.Thaw(this);

    public bool IsFrozen => CgroupFreezer.IsFrozen(this);

    /// <summary>SIGKILL to all in it and below it, forks in flight included; frozen ones too.</summary>
    public void Kill() => CgroupProcesses.Kill(this);

    /// <summary>Removes all its directories, killing what is left in them; no error where there are none.</summary>
    /// <exception cref="EngineException">CgroupBusy: a process would not die within the time (default 5 s).</exception>
    public void Remove(TimeSpan? timeout = null) => CgroupRemoval.Remove(this, timeout ?? TimeSpan.FromSeconds(5));
}
