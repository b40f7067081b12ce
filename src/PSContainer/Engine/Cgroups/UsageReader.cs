using PSContainer.Engine.Cgroups.Hierarchy;

namespace PSContainer.Engine.Cgroups;

/// <summary>Reads the counters of both interfaces.</summary>
internal static class UsageReader
{
    public static ContainerUsage Read(ContainerCgroup cgroup)
    {
        var usage = new ContainerUsage { Time = DateTimeOffset.UtcNow, OomKills = OomKills(cgroup) };
        if (cgroup.Group(CgroupController.Memory) is { } memory) usage = Memory(memory, usage);
        // v2 counts processor time in every group, with the cpu controller or without.
        if (cgroup.Group(CgroupController.CpuAcct) is { } account) usage = account.Version == CgroupVersion.V2 ? CpuV2(account, usage) : CpuV1(account, usage);
        if (cgroup.Group(CgroupController.Cpu) is { Version: CgroupVersion.V1 } cpu)
        {
            var stat = cpu.Read("cpu.stat");
            usage = usage with
            {
                CpuThrottledCount = CgroupText.Flat(stat, "nr_throttled"),
                CpuThrottledSeconds = Nanoseconds(CgroupText.Flat(stat, "throttled_time")),
            };
        }
        if (cgroup.Group(CgroupController.Pids) is { } pids)
        {
            usage = usage with
            {
                PidsCurrent = CgroupText.Number(pids.Read("pids.current")),
                PidsPeak = CgroupText.Number(pids.Read("pids.peak")),
                PidsRefused = CgroupText.Flat(pids.Read("pids.events"), "max"),
            };
        }
        if (cgroup.Group(CgroupController.BlockIO) is { } io) usage = io.Version == CgroupVersion.V2 ? IOV2(io, usage) : IOV1(io, usage);
        return usage;
    }

    public static long OomKills(ContainerCgroup cgroup)
    {
        if (cgroup.Group(CgroupController.Memory) is not { } group) return 0;
        if (group.Version == CgroupVersion.V2) return CgroupText.Flat(group.Read("memory.events"), "oom_kill") ?? 0;
        // v1 counts for each group alone.
        long kills = 0;
        if (!group.IsTop)
        {
            foreach (var directory in group.Tree()) kills += CgroupText.Flat(CgroupFile.TryRead(directory + "/memory.oom_control"), "oom_kill") ?? 0;
        }
        return kills;
    }

    private static ContainerUsage Memory(CgroupGroup group, ContainerUsage usage)
    {
        var v1 = group.Version == CgroupVersion.V1;
        var current = CgroupText.Number(group.Read(v1 ? "memory.usage_in_bytes" : "memory.current"));
        var stat = group.Read("memory.stat");
        var cold = CgroupText.Flat(stat, v1 ? "total_inactive_file" : "inactive_file") ?? 0;
        // memsw.usage counts both, and is read a moment later.
        var swap = v1
            ? CgroupText.Number(group.Read("memory.memsw.usage_in_bytes")) is null ? CgroupText.Flat(stat, "total_swap") : CgroupText.Flat(stat, "total_swap") ?? 0
            : CgroupText.Number(group.Read("memory.swap.current"));
        return usage with
        {
            MemoryCurrent = current,
            MemoryWorkingSet = current is { } bytes ? Math.Max(0, bytes - cold) : null,
            MemoryPeak = CgroupText.Number(group.Read(v1 ? "memory.max_usage_in_bytes" : "memory.peak")),
            SwapCurrent = swap,
        };
    }

    private static ContainerUsage CpuV2(CgroupGroup group, ContainerUsage usage)
    {
        var stat = group.Read("cpu.stat");
        return usage with
        {
            CpuSeconds = Microseconds(CgroupText.Flat(stat, "usage_usec")),
            CpuUserSeconds = Microseconds(CgroupText.Flat(stat, "user_usec")),
            CpuSystemSeconds = Microseconds(CgroupText.Flat(stat, "system_usec")),
            CpuThrottledCount = CgroupText.Flat(stat, "nr_throttled"),
            CpuThrottledSeconds = Microseconds(CgroupText.Flat(stat, "throttled_usec")),
        };
    }

    private static ContainerUsage CpuV1(CgroupGroup group, ContainerUsage usage) => usage with
    {
        CpuSeconds = Nanoseconds(CgroupText.Number(group.Read("cpuacct.usage"))),
        CpuUserSeconds = Nanoseconds(CgroupText.Number(group.Read("cpuacct.usage_user"))),
        CpuSystemSeconds = Nanoseconds(CgroupText.Number(group.Read("cpuacct.usage_sys"))),
    };

    // io.stat: "8:0 rbytes=90430464 wbytes=299008000 rios=8950 wios=1252 dbytes=0 dios=0"
    private static ContainerUsage IOV2(CgroupGroup group, ContainerUsage usage)
    {
        if (group.Read("io.stat") is not { } stat) return usage;
        long read = 0, written = 0, reads = 0, writes = 0;
        foreach (var line in stat.AsSpan().EnumerateLines())
        {
            read += CgroupText.Nested(line, "rbytes") ?? 0;
            written += CgroupText.Nested(line, "wbytes") ?? 0;
            reads += CgroupText.Nested(line, "rios") ?? 0;
            writes += CgroupText.Nested(line, "wios") ?? 0;
        }
        return usage with { IOReadBytes = read, IOWriteBytes = written, IOReadCount = reads, IOWriteCount = writes };
    }

    private static ContainerUsage IOV1(CgroupGroup group, ContainerUsage usage)
    {
        var (read, written) = Sum(group.Read("blkio.throttle.io_service_bytes_recursive"));
        var (reads, writes) = Sum(group.Read("blkio.throttle.io_serviced_recursive"));
        return usage with { IOReadBytes = read, IOWriteBytes = written, IOReadCount = reads, IOWriteCount = writes };
    }

    // "8:0 Read 4096" and "8:0 Write 512", a line each; the last line, "Total 4608", has no device.
    private static (long? Read, long? Write) Sum(string? text)
    {
        if (text is null) return (null, null);
        long read = 0, write = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!CgroupText.TryDevice(line, out _, out _, out var rest)) continue;
            if (rest.StartsWith("Read ", StringComparison.Ordinal) && long.TryParse(rest[5..], out var r)) read += r;
            else if (rest.StartsWith("Write ", StringComparison.Ordinal) && long.TryParse(rest[6..], out var w)) write += w;
        }
        return (read, write);
    }

    private static double? Microseconds(long? value) => value / 1e6;

    private static double? Nanoseconds(long? value) => value / 1e9;
}
