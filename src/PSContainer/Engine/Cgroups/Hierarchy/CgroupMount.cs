namespace PSContainer.Engine.Cgroups.Hierarchy;

/// <summary>One mounted cgroup hierarchy.</summary>
/// <param name="Directory">Where it is mounted: "/sys/fs/cgroup/memory".</param>
/// <param name="Root">Which group is visible there, from this process's cgroup namespace: mostly "/".</param>
/// <param name="Version">The interface.</param>
/// <param name="Controllers">v1: its controllers; v2: what its cgroup.controllers lists.</param>
/// <param name="Name">A v1 hierarchy's name ("systemd"), or null.</param>
public sealed record CgroupMount(string Directory, string Root, CgroupVersion Version, IReadOnlyList<string> Controllers, string? Name = null)
{
    public bool Has(CgroupController controller) => Version == CgroupVersion.V1
        ? Controllers.Contains(CgroupControllerName.V1(controller))
        : CgroupControllerName.V2(controller) is not { } name || Controllers.Contains(name);

    /// <summary>The directory of a group; null where this mount does not show it.</summary>
    /// <param name="path">As in /proc/PID/cgroup: "/docker/3f1c".</param>
    public string? DirectoryOf(string path)
    {
        // "/../x": outside of our cgroup namespace, nothing here can name it.
        if (path == "/.." || path.StartsWith("/../", StringComparison.Ordinal)) return null;
        var below = path;
        if (Root != "/")
        {
            if (path == Root) return Directory;
            if (!path.StartsWith(Root + "/", StringComparison.Ordinal)) return null;
            below = path[Root.Length..];
        }
        return below == "/" ? Directory : Directory + below;
    }

    /// <summary>A group by its path from the top of this mount, as container paths are meant; see <see cref="CgroupPath"/>.</summary>
    public CgroupGroup Below(string path)
        => path == "/" ? new(this, Root, Directory) : new(this, Root == "/" ? path : Root + path, Directory + path);

    internal bool IsSameHierarchy(CgroupMount other)
        => Version == other.Version && (Version == CgroupVersion.V2 || (Name == other.Name && Controllers.SequenceEqual(other.Controllers)));
}

/// <summary>The parts of one mountinfo line that matter here.</summary>
internal readonly record struct CgroupMountLine(int Id, int Parent, string Root, string MountPoint, string Type, string Options)
{
    public bool IsCgroup => Type is "cgroup" or "cgroup2";

    public static bool TryParse(ReadOnlySpan<char> line, out CgroupMountLine entry)
    {
        entry = default;
        var separator = line.IndexOf(" - ", StringComparison.Ordinal);
        if (separator < 0) return false;
        Span<Range> head = stackalloc Range[6];
        Span<Range> tail = stackalloc Range[3];
        var front = line[..separator];
        var back = line[(separator + 3)..];
        if (front.Split(head, ' ') < 6 || back.Split(tail, ' ') < 3) return false;
        if (!int.TryParse(front[head[0]], out var id) || !int.TryParse(front[head[1]], out var parent)) return false;
        entry = new(id, parent, Unescape(front[head[3]]), Unescape(front[head[4]]), back[tail[0]].ToString(), back[tail[2]].ToString());
        return true;
    }

    public CgroupMount ToMount(Func<string, string?> read)
    {
        if (Type == "cgroup2")
        {
            var listed = read(MountPoint + "/cgroup.controllers") ?? "";
            return new(MountPoint, Root, CgroupVersion.V2, listed.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        }
        string? name = null;
        var controllers = new List<string>();
        foreach (var option in Options.Split(','))
        {
            if (option.StartsWith("name=", StringComparison.Ordinal)) name = option[5..];
            else if (!option.Contains('=') && option is not ("rw" or "ro" or "xattr" or "noprefix" or "clone_children" or "cpuset_v2_mode" or "favordynmods"))
            {
                controllers.Add(option);
            }
        }
        return new(MountPoint, Root, CgroupVersion.V1, controllers, name);
    }

    // mountinfo writes space, tab, newline and backslash as \040 and so on.
    private static string Unescape(ReadOnlySpan<char> text)
    {
        if (!text.Contains('\\')) return text.ToString();
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                plain.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else plain.Append(text[i]);
        }
        return plain.ToString();
    }
}
