using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers.Limits;
using PSContainer.Engine.Text;

namespace PSContainer.Cmdlets.Formats;

/// <summary>Limits and use in words; the format file calls it.</summary>
public static class LimitColumns
{
    /// <summary>A number of processes: "100", "unlimited".</summary>
    public static string Count(object? count) => count switch { long some => SizeText.Count(some), null => "", _ => SizeText.Unlimited };

    /// <summary>Bytes: "64.0 MiB", "unlimited".</summary>
    public static string Size(object? bytes) => bytes switch { long some => SizeText.InColumn(some), null => "", _ => SizeText.Unlimited };

    /// <summary>Processors: "1.5", "unlimited".</summary>
    public static string Cpus(double? cpus) => cpus is { } value ? SizeText.Processors(value) : "";

    /// <summary>A limit's value in its own unit.</summary>
    public static string Value(TightestLimit limit) => limit.Limit switch
    {
        nameof(ContainerLimit.Cpus) => Cpus(limit.Value),
        nameof(ContainerLimit.PidsLimit) => SizeText.Count((long)limit.Value),
        _ => ContainerColumns.Size((long)limit.Value),
    };

    /// <summary>What is held tighter further up, in a few words: "Memory 2.0 GiB (/system.slice)".</summary>
    public static string Inherited(LimitReport report)
        => string.Join(", ", report.Tightest.Where(limit => limit.IsInherited).Select(limit => $"{limit.Limit} {Value(limit)} ({limit.Cgroup})"));
}
