using System.Globalization;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Cgroups;

/// <summary>
/// What a cgroup uses and has used, the groups below it included. Null: this machine does not count it.
/// </summary>
public sealed record ContainerUsage
{
    /// <summary>Bytes, page cache included (memory.current).</summary>
    public long? MemoryCurrent { get; init; }

    /// <summary>Bytes without the page cache that nobody has touched lately: what would hurt to lose, and what docker shows.</summary>
    public long? MemoryWorkingSet { get; init; }

    /// <summary>The most that MemoryCurrent ever was (memory.peak, Linux 5.19).</summary>
    public long? MemoryPeak { get; init; }

    /// <summary>Bytes of swap (memory.swap.current).</summary>
    public long? SwapCurrent { get; init; }

    /// <summary>Processes that were killed for want of memory.</summary>
    public long OomKills { get; init; }

    /// <summary>Processor time, all processors added up.</summary>
    public double? CpuSeconds { get; init; }

    public double? CpuUserSeconds { get; init; }

    public double? CpuSystemSeconds { get; init; }

    /// <summary>How many periods the processor limit cut short.</summary>
    public long? CpuThrottledCount { get; init; }

    /// <summary>How long its processes waited for the next period, added up.</summary>
    public double? CpuThrottledSeconds { get; init; }

    /// <summary>Processes and threads.</summary>
    public long? PidsCurrent { get; init; }

    /// <summary>The most there ever were (Linux 6.1).</summary>
    public long? PidsPeak { get; init; }

    /// <summary>Forks that the limit refused.</summary>
    public long? PidsRefused { get; init; }

    /// <summary>Bytes, all disks added up.</summary>
    public long? IOReadBytes { get; init; }

    public long? IOWriteBytes { get; init; }

    public long? IOReadCount { get; init; }

    public long? IOWriteCount { get; init; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>"Memory 12.5 MiB, Cpu 0.4 s, Pids 3": what is counted of them.</summary>
    public override string ToString()
    {
        var parts = new List<string>(3);
        if (MemoryWorkingSet is { } bytes) parts.Add($"Memory {SizeText.Of(bytes)}");
        if (CpuSeconds is { } seconds) parts.Add(string.Create(CultureInfo.InvariantCulture, $"Cpu {seconds:0.###} s"));
        if (PidsCurrent is { } pids) parts.Add($"Pids {pids}");
        return string.Join(", ", parts);
    }
}
