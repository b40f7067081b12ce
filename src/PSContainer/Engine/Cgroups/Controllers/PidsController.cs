using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>pids (cgroup-v2.rst "PID"): the same files in both interfaces. A limit below the present number only stops new forks.</summary>
internal static class PidsController
{
    public static long? Read(CgroupGroup group) => CgroupText.Number(group.Read("pids.max"));

    public static void Writes(LimitTarget target, CgroupSettings wish, List<CgroupAction> writes)
    {
        if (wish.Limit.PidsLimit is { } max) writes.Add(target.Write("pids.max", CgroupText.V2(max), "limit processes and threads"));
    }
}
