using System.Diagnostics;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Life;

/// <summary>Removes groups: rmdir works only on those without processes and without groups below (cgroups(7)).</summary>
internal static class CgroupRemoval
{
    public static void Remove(ContainerCgroup cgroup, TimeSpan timeout)
    {
        var left = new List<CgroupGroup>();
        foreach (var group in cgroup.Groups)
        {
            if (!group.IsTop && !IsGone(CgroupFile.RemoveDirectory(group.Directory), group)) left.Add(group);
        }
        var clock = Stopwatch.StartNew();
        for (var pause = 0; left.Count > 0; pause = Math.Min((pause * 2) + 1, 50))
        {
            // Killing again each round: on v1 a fork may have slipped through.
            cgroup.Kill();
            Thread.Sleep(pause);
            left.RemoveAll(static group => RemoveTree(group));
            if (left.Count > 0 && clock.Elapsed > timeout)
            {
                var ids = string.Join(", ", CgroupProcesses.Ids(left[0]).Take(10));
                throw new EngineException("CgroupBusy", Reason.TimedOut, $"The cgroup {left[0].Directory} can't be removed: processes {ids} would not end within {timeout.TotalSeconds} seconds.",
                    "They hang in the kernel (state D in ps); run Repair-ContainerStorage later.");
            }
        }
    }

    private static bool RemoveTree(CgroupGroup group)
    {
        var gone = true;
        foreach (var directory in group.Tree().Reverse()) gone = IsGone(CgroupFile.RemoveDirectory(directory), group);
        return gone;
    }

    private static bool IsGone(Errno errno, CgroupGroup group) => errno switch
    {
        Errno.None or Errno.ENOENT => true,
        Errno.EBUSY or Errno.ENOTEMPTY or Errno.EINTR => false,
        _ => throw new CgroupAction.MakeDirectory(group.Directory, "remove").Explain(errno),
    };
}
