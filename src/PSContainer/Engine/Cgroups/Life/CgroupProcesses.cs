using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Life;

/// <summary>Who is in a cgroup, and how to end them all.</summary>
internal static class CgroupProcesses
{
    private const int SigKill = 9;

    public static IReadOnlyList<int> Ids(ContainerCgroup cgroup)
    {
        foreach (var group in cgroup.Groups)
        {
            if (group.IsTop) continue;
            var ids = Ids(group);
            if (ids.Count > 0) return ids;
        }
        return [];
    }

    public static IReadOnlyList<int> Ids(CgroupGroup group)
    {
        var ids = new List<int>();
        foreach (var directory in group.Tree())
        {
            // A threaded group answers EOPNOTSUPP; its processes are listed by the domain above it.
            if (CgroupFile.TryRead(directory + "/cgroup.procs") is not { } text) continue;
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                // 0 stands for a process of another pid namespace.
                if (int.TryParse(line, out var id) && id > 0) ids.Add(id);
            }
        }
        return ids;
    }

    public static void Kill(ContainerCgroup cgroup)
    {
        // Linux 5.14: one write that catches forks in flight too.
        var atomic = cgroup.Unified is { IsTop: false } unified && CgroupFile.Write(unified.File("cgroup.kill"), "1") == Errno.None;
        // In hybrid layouts a process may be in the v1 groups alone.
        var ids = V1Ids(cgroup);
        if (ids.Count == 0) return;
        if (atomic)
        {
            Kill(ids);
            return;
        }
        // Frozen, nobody can fork away from the list while it is worked off.
        try { cgroup.Freeze(TimeSpan.FromMilliseconds(500)); }
        catch (EngineException) { /* killed all the same; the caller comes again while somebody is left */ }
        try { Kill(V1Ids(cgroup)); }
        finally { cgroup.Thaw(); }
    }

    private static HashSet<int> V1Ids(ContainerCgroup cgroup)
    {
        var ids = new HashSet<int>();
        foreach (var group in cgroup.Groups)
        {
            // Without cgroup.kill the same goes for v2.
            if (!group.IsTop && (group.Version == CgroupVersion.V1 || !group.Has("cgroup.kill"))) ids.UnionWith(Ids(group));
        }
        return ids;
    }

    private static void Kill(HashSet<int> ids)
    {
        foreach (var id in ids) _ = Syscall.Invoke(SyscallNumber.Kill, id, SigKill);
    }
}
