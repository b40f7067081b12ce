namespace PSContainer.Engine.Cgroups.Hierarchy;

/// <summary>One group in one hierarchy: a directory of cgroupfs.</summary>
/// <param name="Mount">The hierarchy.</param>
/// <param name="Path">The group as /proc/PID/cgroup writes it: "/pscontainer-3f1c".</param>
/// <param name="Directory">Its directory, an absolute path.</param>
public sealed record CgroupGroup(CgroupMount Mount, string Path, string Directory)
{
    public CgroupVersion Version => Mount.Version;

    /// <summary>The top of what this mount shows; no limit can be set there.</summary>
    public bool IsTop => Directory == Mount.Directory;

    internal string File(string name) => Directory + "/" + name;

    internal string? Read(string name) => CgroupFile.TryRead(File(name));

    internal bool Has(string name) => CgroupFile.Exists(File(name));

    public bool Exists => IsTop || CgroupFile.Exists(Directory);

    /// <summary>The next group up; null at the top of the mount.</summary>
    public CgroupGroup? Parent()
    {
        if (IsTop) return null;
        var cut = Path.LastIndexOf('/');
        var path = cut <= 0 ? "/" : Path[..cut];
        return new(Mount, path, Directory[..Directory.LastIndexOf('/')]);
    }

    public CgroupGroup Child(string name) => new(Mount, Path == "/" ? "/" + name : Path + "/" + name, Directory + "/" + name);

    /// <summary>The group itself and all groups below it, parents first; empty where it is not there.</summary>
    internal IReadOnlyList<string> Tree()
    {
        var all = new List<string>();
        if (!Exists) return all;
        all.Add(Directory);
        for (var next = 0; next < all.Count; next++)
        {
            try { all.AddRange(System.IO.Directory.EnumerateDirectories(all[next])); }
            catch (DirectoryNotFoundException) { /* ended meanwhile */ }
        }
        return all;
    }
}
