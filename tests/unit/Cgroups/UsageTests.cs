namespace PSContainer.Tests.Unit.Cgroups;

public class UsageTests
{
    [Fact]
    public void V2_counters_are_read()
    {
        using var fake = FakeCgroups.V2().AddV2Group()
            .Set("c/memory.stat", "anon 100\nfile 900\ninactive_file 400000").Set("c/memory.peak", "2000000").Set("c/memory.swap.current", "4096")
            .Set("c/memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 3\noom_group_kill 0")
            .Set("c/cpu.stat", "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\nnr_periods 20\nnr_throttled 7\nthrottled_usec 1500000")
            .Set("c/pids.current", "4").Set("c/pids.peak", "6").Set("c/pids.events", "max 2")
            .Set("c/io.stat", "8:16 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n8:0 rbytes=90430464 wbytes=299008000 rios=8950 wios=1252 dbytes=50331648 dios=3021");
        var usage = fake.Open().ReadUsage();
        Assert.Equal((1000000, 600000, 2000000, 4096, 3), (usage.MemoryCurrent, usage.MemoryWorkingSet, usage.MemoryPeak, usage.SwapCurrent, usage.OomKills));
        Assert.Equal((2.5, 2.0, 0.5, 1.5, 7), (usage.CpuSeconds!.Value, usage.CpuUserSeconds!.Value, usage.CpuSystemSeconds!.Value,
            usage.CpuThrottledSeconds!.Value, usage.CpuThrottledCount));
        Assert.Equal((4, 6, 2), (usage.PidsCurrent, usage.PidsPeak, usage.PidsRefused));
        Assert.Equal((90430474, 299008020, 8951, 1254), (usage.IOReadBytes, usage.IOWriteBytes, usage.IOReadCount, usage.IOWriteCount));
    }

    [Fact]
    public void V1_counters_are_read()
    {
        using var fake = FakeCgroups.V1().AddV1Group()
            .Set("memory/c/memory.usage_in_bytes", "1000000").Set("memory/c/memory.max_usage_in_bytes", "2000000").Set("memory/c/memory.stat", "inactive_file 1\ntotal_inactive_file 400000\ntotal_swap 4096")
            .Set("memory/c/memory.memsw.usage_in_bytes", "1004096").Set("memory/c/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2").Set("memory/c/inner/memory.oom_control", "oom_kill 1")
            .Set("cpu/c/cpu.stat", "nr_periods 20\nnr_throttled 7\nthrottled_time 1500000000")
            .Set("blkio/c/blkio.throttle.io_service_bytes_recursive", "8:0 Read 4096\n8:0 Write 512\n8:0 Sync 4608\n8:16 Read 4\n8:0 Total 4608\nTotal 4612")
            .Set("blkio/c/blkio.throttle.io_serviced_recursive", "8:0 Read 3\n8:0 Write 1\nTotal 4");
        var usage = fake.Open().ReadUsage();
        Assert.Equal((1000000, 600000, 2000000, 4096, 3), (usage.MemoryCurrent, usage.MemoryWorkingSet, usage.MemoryPeak, usage.SwapCurrent, usage.OomKills));
        Assert.Equal((2.5, 2.0, 0.5, 1.5, 7), (usage.CpuSeconds!.Value, usage.CpuUserSeconds!.Value, usage.CpuSystemSeconds!.Value,
            usage.CpuThrottledSeconds!.Value, usage.CpuThrottledCount));
        Assert.Equal((4100, 512, 3, 1), (usage.IOReadBytes, usage.IOWriteBytes, usage.IOReadCount, usage.IOWriteCount));
        Assert.Equal(1, usage.PidsCurrent);
        Assert.Null(usage.PidsPeak);
    }

    [Fact]
    public void What_is_gone_uses_nothing()
    {
        using var fake = FakeCgroups.V2();
        var usage = fake.Open("/gone").ReadUsage();
        Assert.Null(usage.MemoryCurrent);
        Assert.Null(usage.CpuSeconds);
        Assert.Equal(0, usage.OomKills);
    }
}
