namespace PSContainer.Engine.Cgroups.Hierarchy;

/// <summary>How this machine lays its cgroups out.</summary>
public enum CgroupLayout
{
    /// <summary>No cgroup filesystem is mounted.</summary>
    None,
    /// <summary>One cgroup v2 hierarchy with all controllers.</summary>
    V2,
    /// <summary>Controllers in v1 hierarchies of their own.</summary>
    V1,
    /// <summary>v1 hierarchies, and beside them cgroup v2 with the remaining controllers or with none.</summary>
    Hybrid,
}

/// <summary>Where each cgroup hierarchy is mounted, as /proc/self/mountinfo tells.</summary>
public sealed class CgroupMounts
{
    private CgroupMounts(IReadOnlyList<CgroupMount> all) => All = all;

    /// <summary>Every hierarchy, once each.</summary>
    public IReadOnlyList<CgroupMount> All { get; }

    /// <summary>The cgroup v2 hierarchy, with or without controllers.</summary>
    public CgroupMount? Unified => All.FirstOrDefault(static mount => mount.Version == CgroupVersion.V2);

    public CgroupLayout Layout
    {
        get
        {
            var v1 = All.Any(static mount => mount.Version == CgroupVersion.V1 && CgroupControllerName.Joined.Any(mount.Has));
            return (v1, Unified) switch
            {
                (true, null) => CgroupLayout.V1,
                (true, _) => CgroupLayout.Hybrid,
                (false, not null) => CgroupLayout.V2,
                _ => CgroupLayout.None,
            };
        }
    }

    /// <summary>
    /// The hierarchy that has a controller; null where none has. A controller lives in one hierarchy only: in v1 if it is
    /// mounted there, else in v2.
    /// </summary>
    public CgroupMount? Find(CgroupController controller)
    {
        foreach (var mount in All)
        {
            if (mount.Version == CgroupVersion.V1 && mount.Has(controller)) return mount;
        }
        return Unified is { } unified && unified.Has(controller) ? unified : null;
    }

    /// <summary>
    /// Swap can be limited: asked before a default limit is written into a configuration, where a limit that can't be had is an
    /// error.
    /// </summary>
    public bool CountsSwap => Find(CgroupController.Memory) is { } memory && (memory.Version == CgroupVersion.V1
        ? CgroupFile.Exists(memory.Directory + "/memory.memsw.limit_in_bytes")
        // The root group shows no limits; v2 counts wherever the kernel has swap at all (CONFIG_SWAP).
        : CgroupFile.Exists("/proc/swaps"));

    /// <summary>
    /// The hierarchies that a container joins: those of our controllers, systemd's own (else stopping the service that
    /// started us would take the container along), cgroup v2, and those of <paramref name="alsoNeeded"/>. Others are
    /// somebody else's business.
    /// </summary>
    public IReadOnlyList<CgroupMount> Joined(IEnumerable<CgroupController>? alsoNeeded = null)
    {
        var wanted = CgroupControllerName.Joined.Concat(alsoNeeded ?? []).ToArray();
        return [.. All.Where(mount => mount.Version == CgroupVersion.V2 || mount.Name == "systemd" || wanted.Any(mount.Has))];
    }

    /// <summary>Reads /proc/self/mountinfo now; mounts change under a long session, and this takes some 50 µs.</summary>
    public static CgroupMounts Discover() => Parse(CgroupFile.Read("/proc/self/mountinfo"), CgroupFile.TryRead);

    /// <summary>
    /// Finds cgroup mounts in the text of mountinfo (proc_pid_mountinfo(5)), as in
    /// <c>33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct</c>.
    /// </summary>
    /// <param name="mountInfo">The file's text.</param>
    /// <param name="read">Reads cgroup.controllers of a v2 mount; null where it is not there.</param>
    public static CgroupMounts Parse(string mountInfo, Func<string, string?> read)
    {
        var lines = new List<CgroupMountLine>();
        var covers = new Dictionary<int, int>();
        var parents = new Dictionary<int, int>();
        var points = new Dictionary<int, string>();
        foreach (var line in mountInfo.AsSpan().EnumerateLines())
        {
            if (!CgroupMountLine.TryParse(line, out var entry)) continue;
            parents[entry.Id] = entry.Parent;
            points[entry.Id] = entry.MountPoint;
            if (entry.IsCgroup) lines.Add(entry);
        }
        // A mount on the very mount point of its parent hides the parent and all that stands on it.
        foreach (var (id, parent) in parents)
        {
            if (points.TryGetValue(parent, out var below) && points[id] == below) covers[parent] = id;
        }

        var found = new List<CgroupMount>();
        foreach (var line in lines)
        {
            if (IsHidden(line.Id, parents, covers)) continue;
            var mount = line.ToMount(read);
            // The same hierarchy may be mounted often; the one that shows it from its root is the most useful.
            var known = found.FindIndex(other => other.IsSameHierarchy(mount));
            if (known < 0) found.Add(mount);
            else if (found[known].Root != "/" && mount.Root == "/") found[known] = mount;
        }
        return new(found);
    }

    private static bool IsHidden(int id, Dictionary<int, int> parents, Dictionary<int, int> covers)
    {
        if (covers.ContainsKey(id)) return true;
        // The depth bound stands against a cycle in text that is not the kernel's.
        for (var depth = 0; depth < 256 && parents.TryGetValue(id, out var parent); depth++)
        {
            if (covers.TryGetValue(parent, out var cover) && cover != id) return true;
            id = parent;
        }
        return false;
    }
}
