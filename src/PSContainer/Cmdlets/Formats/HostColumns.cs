using PSContainer.Engine.Host;

namespace PSContainer.Cmdlets.Formats;

/// <summary>What the views of the machine show; the format file calls it.</summary>
public static class HostColumns
{
    /// <summary>"/var/lib/pscontainer (ext4, 12.0 GiB of 20.0 GiB free)".</summary>
    public static string Space(StorageSpace space)
        => $"{space.Path} ({space.FileSystem}, {ContainerColumns.Size(space.Free)} of {ContainerColumns.Size(space.Total)} free{(space.Exists ? "" : ", not made yet")})";

    /// <summary>"3 (1 running, 2 stopped)".</summary>
    public static string Containers(ContainerHost host)
    {
        string states = string.Join(", ", new[] { (host.Running, "running"), (host.Paused, "paused"), (host.Created, "created"), (host.Stopped, "stopped") }
            .Where(state => state.Item1 > 0).Select(state => $"{state.Item1} {state.Item2}"));
        return states.Length == 0 ? $"{host.Containers}" : $"{host.Containers} ({states})";
    }

    /// <summary>"v1: cpu, memory; v2: hugetlb".</summary>
    public static string Controllers(ContainerHost host)
        => string.Join("; ", host.CgroupControllers.GroupBy(controller => controller.Version).OrderBy(group => group.Key)
            .Select(group => $"{group.Key.ToString().ToLowerInvariant()}: {string.Join(", ", group.Select(controller => controller.Name))}"));

    /// <summary>The names of the features that are there, or of those that are not.</summary>
    public static string Features(ContainerHost host, bool available)
        => string.Join(", ", host.Features.Where(feature => feature.IsAvailable == available && !feature.Name.StartsWith("namespace ", StringComparison.Ordinal)).Select(feature => feature.Name));

    /// <summary>The status, in the colour of traffic lights where colours are wanted.</summary>
    public static string Status(HostCheck check, bool colour)
    {
        if (!colour) return check.Status.ToString();
        string code = check.Status switch { CheckStatus.Ok => "32", CheckStatus.Warning => "33", _ => "31" };
        return $"\u001b[{code}m{check.Status}\u001b[0m";
    }

    /// <summary>What was found and, where something is to be done, what.</summary>
    public static string Finding(HostCheck check) => check.Remedy.Length == 0 ? check.Message : $"{check.Message} -> {check.Remedy}";
}
