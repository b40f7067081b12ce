namespace PSContainer.Kernel.Proc;

/// <summary>
/// One line of /proc/PID/cgroup (cgroups(7)): where a process stands in one hierarchy.
/// <code>
/// 4:memory:/docker/3f1c      a v1 hierarchy
/// 2:cpu,cpuacct:/            two v1 controllers mounted as one
/// 9:name=systemd:/init.scope a v1 hierarchy without controllers
/// 0::/user.slice             cgroup v2
/// </code>
/// </summary>
/// <param name="Hierarchy">The hierarchy's number; 0 is cgroup v2.</param>
/// <param name="Controllers">The v1 controllers of that hierarchy; empty for v2 and for named ones.</param>
/// <param name="Name">"systemd" for name=systemd; null for all others.</param>
/// <param name="Path">The group, as seen from the reader's own cgroup namespace; "/../x" lies outside of it.</param>
public sealed record CgroupMembership(int Hierarchy, IReadOnlyList<string> Controllers, string? Name, string Path)
{
    private const string Deleted = " (deleted)";

    public bool IsUnified => Hierarchy == 0;

    /// <summary>Reads the whole file's text; lines of an unknown form are passed over.</summary>
    public static IReadOnlyList<CgroupMembership> Parse(ReadOnlySpan<char> text)
    {
        var all = new List<CgroupMembership>(12);
        foreach (var line in text.EnumerateLines())
        {
            var first = line.IndexOf(':');
            if (first <= 0 || !int.TryParse(line[..first], out var hierarchy)) continue;
            var rest = line[(first + 1)..];
            // The path may hold colons, the controller list cannot.
            var second = rest.IndexOf(':');
            if (second < 0) continue;
            var names = rest[..second];
            var path = rest[(second + 1)..];
            if (path.EndsWith(Deleted, StringComparison.Ordinal)) path = path[..^Deleted.Length];

            string? name = null;
            IReadOnlyList<string> controllers = [];
            if (names.StartsWith("name=", StringComparison.Ordinal)) name = names[5..].ToString();
            else if (!names.IsEmpty) controllers = names.ToString().Split(',');
            all.Add(new(hierarchy, controllers, name, path.ToString()));
        }
        return all;
    }
}
