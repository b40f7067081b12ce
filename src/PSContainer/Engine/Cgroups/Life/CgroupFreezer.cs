using System.Diagnostics;
using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Life;

/// <summary>
/// Freezing: cgroup.freeze in v2, freezer.state in v1 (cgroup-v1/freezer-subsystem.rst). In hybrid layouts v2's is preferred,
/// since its frozen processes can still be killed.
/// </summary>
internal static class CgroupFreezer
{
    public static void Freeze(ContainerCgroup cgroup, TimeSpan timeout)
    {
        var group = Choose(cgroup);
        var clock = Stopwatch.StartNew();
        Order(group, frozen: true);
        for (var pause = 0; !IsFrozenHere(group); pause = Math.Min(pause + 1, 20))
        {
            if (clock.Elapsed > timeout)
            {
                Order(group, frozen: false);
                throw new EngineException("FreezeTimedOut", Reason.TimedOut, $"The processes of {group.Path} would not freeze within {timeout.TotalSeconds} seconds.",
                    "One of them hangs in the kernel (state D in ps); all run again.");
            }
            Thread.Sleep(pause);
            // A fork in flight can leave v1 in FREEZING for good; asking again catches the newcomer.
            if (group.Version == CgroupVersion.V1) Order(group, frozen: true);
        }
    }

    public static void Thaw(ContainerCgroup cgroup)
    {
        // Whoever froze it may have used the other interface.
        foreach (var group in Both(cgroup))
        {
            if (IsAsked(group)) Order(group, frozen: false);
        }
    }

    public static bool IsFrozen(ContainerCgroup cgroup) => Both(cgroup).Any(IsFrozenHere);

    /// <summary>All processes of this one group stand still.</summary>
    public static bool IsFrozenHere(CgroupGroup group) => group.Version == CgroupVersion.V2
        ? CgroupText.Flat(group.Read("cgroup.events"), "frozen") == 1
        : group.Read("freezer.state")?.StartsWith("FROZEN", StringComparison.Ordinal) is true;

    private static bool IsAsked(CgroupGroup group) => group.Version == CgroupVersion.V2
        ? CgroupText.Number(group.Read("cgroup.freeze")) == 1
        : group.Read("freezer.state") is { } state && !state.StartsWith("THAWED", StringComparison.Ordinal);

    private static IEnumerable<CgroupGroup> Both(ContainerCgroup cgroup)
    {
        if (cgroup.Unified is { IsTop: false } unified) yield return unified;
        if (cgroup.Group(CgroupController.Freezer) is { IsTop: false, Version: CgroupVersion.V1 } v1) yield return v1;
    }

    private static CgroupGroup Choose(ContainerCgroup cgroup)
    {
        CgroupGroup? last = null;
        foreach (var group in Both(cgroup))
        {
            last = group;
            // In hybrid layouts the processes need not be in the v2 group: whoever made this cgroup may not know v2.
            if (group.Version == CgroupVersion.V1 ? group.Exists : CgroupText.Flat(group.Read("cgroup.events"), "populated") == 1 && group.Has("cgroup.freeze")) return group;
        }
        if (last is { Version: CgroupVersion.V2 } && last.Has("cgroup.freeze")) return last;
        throw last is null || !last.Exists
            ? new EngineException("CgroupNotFound", Reason.NotFound, $"The cgroup {cgroup.Path} is gone.", "The container has ended.")
            : LimitTarget.NotSupported("This kernel can't freeze a cgroup.", "It needs Linux 5.2, or the v1 freezer controller.");
    }

    private static void Order(CgroupGroup group, bool frozen)
    {
        var action = group.Version == CgroupVersion.V2
            ? new CgroupAction.WriteFile(group.File("cgroup.freeze"), frozen ? "1" : "0", "freeze")
            : new CgroupAction.WriteFile(group.File("freezer.state"), frozen ? "FROZEN" : "THAWED", "freeze");
        var errno = CgroupFile.Write(action.Path, action.Value);
        if (errno is not (Errno.None or Errno.ENODEV) && (frozen || errno != Errno.ENOENT)) throw action.Explain(errno);
    }
}
