namespace PSContainer.Engine.Cgroups.Hierarchy;

/// <summary>Names of groups: ours, and those that an OCI bundle asks for (config-linux.md, "Cgroups Path").</summary>
public static class CgroupPath
{
    /// <summary>Every container's group begins with it, so that Repair finds what a power cut left.</summary>
    public const string Prefix = "pscontainer-";

    /// <summary>Begins the groups that hold one limited process; the dot keeps it apart from a container called "limit-1".</summary>
    public const string ProcessPrefix = "pscontainer.limit-";

    /// <summary>
    /// Flat, directly under the root: no parent group that fifty creates at once would race to make and that somebody
    /// would have to clean up.
    /// </summary>
    public static string Default(string containerId) => "/" + Prefix + containerId;

    /// <summary>
    /// The group for an OCI `linux.cgroupsPath`: absolute is below the hierarchy's root, relative likewise; systemd's
    /// "slice:prefix:name" becomes the path that systemd would give it; null or empty gives <see cref="Default"/>.
    /// </summary>
    /// <exception cref="EngineException">CgroupPathInvalid.</exception>
    public static string Resolve(string? cgroupsPath, string containerId)
    {
        if (string.IsNullOrEmpty(cgroupsPath)) return Default(containerId);
        var path = cgroupsPath;
        if (path[0] != '/' && path.Split(':') is [var slice, var prefix, var name]) path = Slice(slice, cgroupsPath) + "/" + Unit(prefix, name);
        if (path.Length > 3000) throw Invalid(cgroupsPath, "it is too long");
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length == 0) throw Invalid(cgroupsPath, "it names the root");
        foreach (var segment in segments)
        {
            if (segment is "." or "..") throw Invalid(cgroupsPath, $"it holds \"{segment}\"");
            if (segment.Length > 255) throw Invalid(cgroupsPath, "a part of it is longer than 255 characters");
            foreach (var letter in segment)
            {
                if (char.IsControl(letter)) throw Invalid(cgroupsPath, "it holds a control character");
            }
            // A group may not be called like an interface file (cgroup-v2.rst, "Avoid Name Collisions").
            if (segment is "tasks" or "notify_on_release" or "release_agent" || IsInterfaceFile(segment)) throw Invalid(cgroupsPath, $"\"{segment}\" is a name of the kernel's");
        }
        return "/" + string.Join('/', segments);
    }

    private static bool IsInterfaceFile(string segment)
    {
        foreach (var name in (ReadOnlySpan<string>)["cgroup.", "cpu.", "cpuacct.", "cpuset.", "memory.", "devices.", "freezer.", "blkio.", "io.", "pids.", "hugetlb."])
        {
            if (segment.StartsWith(name, StringComparison.Ordinal) && !segment.EndsWith(".slice", StringComparison.Ordinal) && !segment.EndsWith(".scope", StringComparison.Ordinal)) return true;
        }
        return false;
    }

    // systemd nests slices by their dashes: a-b.slice stands in a.slice (systemd.slice(5)).
    private static string Slice(string slice, string asked)
    {
        if (slice is "" or "-.slice") return slice.Length == 0 ? "/system.slice" : "";
        const string Suffix = ".slice";
        if (!slice.EndsWith(Suffix, StringComparison.Ordinal)) throw Invalid(asked, $"\"{slice}\" is no slice");
        var path = "";
        var soFar = "";
        foreach (var part in slice[..^Suffix.Length].Split('-'))
        {
            if (part.Length == 0) throw Invalid(asked, $"\"{slice}\" is no slice");
            soFar = soFar.Length == 0 ? part : soFar + "-" + part;
            path += "/" + soFar + Suffix;
        }
        return path;
    }

    private static string Unit(string prefix, string name)
        => name.EndsWith(".slice", StringComparison.Ordinal) ? name : prefix.Length == 0 ? name + ".scope" : $"{prefix}-{name}.scope";

    private static EngineException Invalid(string path, string why)
        => new("CgroupPathInvalid", Reason.InvalidInput, $"\"{path}\" can't be a cgroup's path: {why}.", "Use an absolute path such as /group/name.");
}
