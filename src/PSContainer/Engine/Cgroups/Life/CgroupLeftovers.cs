using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;

namespace PSContainer.Engine.Cgroups.Life;

/// <summary>Groups of ours that a power cut or a killed supervisor left, for Repair.</summary>
public static class CgroupLeftovers
{
    /// <summary>
    /// The paths of containers' groups ("/pscontainer-3f1c") directly under a hierarchy's root, each once. The caller knows
    /// which of them belong to a container that lives. Groups of single processes: <see cref="ProcessGroup.RemoveEnded(CgroupMounts?)"/>.
    /// </summary>
    public static IReadOnlyList<string> Find(CgroupMounts? mounts = null)
    {
        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var mount in (mounts ?? CgroupMounts.Discover()).Joined([CgroupController.Hugetlb]))
        {
            foreach (var directory in Directory.EnumerateDirectories(mount.Directory, CgroupPath.Prefix + "*"))
            {
                paths.Add("/" + Path.GetFileName(directory));
            }
        }
        return [.. paths];
    }

    /// <summary>The container id in such a path; null where the path is not of that kind.</summary>
    public static string? ContainerId(string path)
        => path.StartsWith("/" + CgroupPath.Prefix, StringComparison.Ordinal) && path.LastIndexOf('/') == 0 ? path[(CgroupPath.Prefix.Length + 1)..] : null;
}
