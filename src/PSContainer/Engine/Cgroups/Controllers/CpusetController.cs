using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>cpuset (cgroup-v2.rst "Cpuset"; cgroup-v1/cpusets.rst).</summary>
internal static class CpusetController
{
    public static (string? Cpus, string? Mems) Read(CgroupGroup group) => (group.Read("cpuset.cpus")?.Trim(), group.Read("cpuset.mems")?.Trim());

    /// <summary>What a group can give away: what it may use itself, in effect.</summary>
    public static string? Available(CgroupGroup group, string file)
        => group.Version == CgroupVersion.V2
            ? group.Read(file + ".effective")?.Trim()
            : group.Read(file)?.Trim() is { Length: > 0 } own ? own : group.Parent() is { } parent ? Available(parent, file) : null;

    /// <param name="target">The group.</param>
    /// <param name="parent">The nearest group above that exists already.</param>
    /// <param name="wish">The settings.</param>
    /// <param name="isNew">A new v1 group has no processors at all, and nobody can join it before it does.</param>
    /// <param name="writes">Receives the writes.</param>
    public static void Writes(LimitTarget target, CgroupGroup? parent, CgroupSettings wish, bool isNew, List<CgroupAction> writes)
    {
        One(target, parent, "cpuset.cpus", wish.Limit.CpusetCpus, wish.Words.Of(nameof(ContainerLimit.CpusetCpus)), isNew, writes);
        One(target, parent, "cpuset.mems", wish.Limit.CpusetMems, wish.Words.Of(nameof(ContainerLimit.CpusetMems)), isNew, writes);
    }

    private static void One(LimitTarget target, CgroupGroup? parent, string file, string? wish, string name, bool isNew, List<CgroupAction> writes)
    {
        var inherit = target.IsV1 && (wish is "" || (wish is null && isNew));
        if (wish is null && !inherit) return;
        var available = parent is null ? null : Available(parent, file);
        if (inherit)
        {
            if (available is { Length: > 0 }) writes.Add(target.Write(file, available, "v1 gives a new group none, and without any nobody can join"));
            return;
        }
        CpuList.RequireWithin(wish!, available, name);
        writes.Add(target.Write(file, wish!, file == "cpuset.cpus" ? "which processors" : "which memory nodes"));
    }
}
