using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers.Limits;
using PSContainer.Engine.Text;

namespace PSContainer.Cmdlets.Formats;

/// <summary>Limits and use in words; the format file calls it.</summary>
public static class LimitColumns
{
    /// <summary>A number of processes: "100", "unlimited".</summary>
    public static string Count(long? count) => count is { } value ? SizeText.Count(value) : "";

    /// <summary>Processors: "1.5", "unlimited".</summary>
    public static string Cpus(double? cpus) => cpus is { } value ? SizeText.Processors(value) : "";

    /// <summary>A limit's value in its own unit.</summary>
    public static string Value(TightestLimit limit) => limit.Limit switch
    {
        nameof(ContainerLimit.Cpus) => Cpus(limit.Value),
        nameof(ContainerLimit.PidsLimit) => Count((long)limit.Value),
        _ => ContainerColumns.Size((long)limit.Value),
    };

    /// <summary>What is held tighter further up, in a few words: "Memory 2.0 GiB (/system.slice)".</summary>
    public static string Inherited(LimitReport report)
        => string.Join(", ", report.Tightest.Where(limit => limit.IsInherited).Select(limit => $"{limit.Limit} {Value(limit)} ({limit.Cgroup})"));

    /// <summary>All tightest limits, a line each.</summary>
    public static string Tightest(LimitReport report)
        => string.Join('\n', report.Tightest.Select(limit => $"{limit.Limit} {Value(limit)} in {limit.Cgroup}{(limit.IsInherited ? " (above)" : "")}"));

    /// <summary>"8:0 read 10.0 MiB/s, write 100/s".</summary>
    public static string Disks(IEnumerable<DeviceThrottle>? throttles) => string.Join('\n', (throttles ?? []).Select(Disk));

    private static string Disk(DeviceThrottle disk)
    {
        var parts = new List<string>(4);
        if (disk.ReadBps is { } read and not long.MaxValue) parts.Add($"read {ContainerColumns.Size(read)}/s");
        if (disk.WriteBps is { } write and not long.MaxValue) parts.Add($"write {ContainerColumns.Size(write)}/s");
        if (disk.ReadIops is { } reads and not long.MaxValue) parts.Add($"{Count(reads)} reads/s");
        if (disk.WriteIops is { } writes and not long.MaxValue) parts.Add($"{Count(writes)} writes/s");
        return $"{disk.Major}:{disk.Minor} {string.Join(", ", parts)}";
    }
}
