using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Tests.Unit.Cgroups;

/// <summary>Limits that are set, read back, refused, or taken back.</summary>
public class ApplyTests
{
    private const long Mega = 1 << 20;

    private static FakeCgroups NewV2() => FakeCgroups.V2(passed: "cpuset cpu io memory pids").AddV2Group();

    [Fact]
    public void What_was_set_is_read_back_in_v2()
    {
        using var fake = NewV2();
        var limit = new ContainerLimit { Memory = 40 * Mega, MemorySwap = 0, Cpus = 0.5, CpuWeight = 20, PidsLimit = 64 };
        fake.Open().Apply(limit);
        var read = fake.Open().ReadLimit();
        Assert.Equal(limit, read with { MemoryHigh = null, MemoryLow = null, CpusetCpus = null, CpusetMems = null, IOWeight = null, DeviceThrottles = null });
        Assert.Equal(ContainerLimit.Unlimited, read.MemoryHigh);
        Assert.Equal(100, read.IOWeight);
    }

    [Fact]
    public void What_was_set_is_read_back_in_v1()
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        var limit = new ContainerLimit { Memory = 40 * Mega, MemorySwap = 10 * Mega, MemoryLow = 8 * Mega, Cpus = 0.5, CpuWeight = 20, CpusetCpus = "1", PidsLimit = 64, IOWeight = 200 };
        fake.Open().Apply(limit);
        var read = fake.Open().ReadLimit();
        // 200 and 199 are one weight to BFQ.
        Assert.Equal(limit, read with { CpusetMems = null, IOWeight = 200, DeviceThrottles = null });
        Assert.InRange(read.IOWeight!.Value, 195, 200);
        Assert.Null(read.MemoryHigh);
    }

    [Fact]
    public void Throttles_are_read_by_disk()
    {
        using var v1 = FakeCgroups.V1().AddV1Group().Set("blkio/c/blkio.throttle.read_bps_device", "8:0 1048576\n8:16 5").Set("blkio/c/blkio.throttle.write_iops_device", "8:0 9");
        const long Max = ContainerLimit.Unlimited;
        Assert.Equal([new(8, 0, 1048576, Max, Max, 9), new(8, 16, 5, Max, Max, Max)], v1.Open().ReadLimit().DeviceThrottles!);
        using var v2 = NewV2().Set("c/io.max", "8:0 rbps=1048576 wbps=max riops=max wiops=9");
        Assert.Equal([new(8, 0, 1048576, Max, Max, 9)], v2.Open().ReadLimit().DeviceThrottles!);
    }

    [Fact]
    public void A_machine_without_a_controller_reads_as_nothing()
    {
        using var fake = FakeCgroups.V2("pids", "pids").Set("c/pids.max", "7");
        Assert.Equal(new ContainerLimit { PidsLimit = 7 }, fake.Open().ReadLimit());
    }

    [Fact]
    public void When_one_write_fails_all_are_taken_back()
    {
        using var fake = NewV2().Set("c/cpu.max", "20000 100000");
        File.Delete(fake.Root + "/c/pids.max");
        Fails.With("LimitNotSupported", () => fake.Open().Apply(new ContainerLimit { Memory = 40 * Mega, Cpus = 1, PidsLimit = 5 }));
        Assert.Equal("max", fake.Get("c/memory.max"));
        Assert.Equal("20000 100000", fake.Get("c/cpu.max"));
    }

    [Fact]
    public void A_disks_line_is_taken_back_for_that_disk()
    {
        using var fake = NewV2().Set("c/io.max", "8:0 rbps=5 wbps=max riops=max wiops=max\n8:16 rbps=7 wbps=max riops=max wiops=max");
        var missing = new CgroupAction.WriteFile(fake.Root + "/c/none", "1", "fails");
        Fails.With("LimitNotSupported", () => CgroupRun.All([new CgroupAction.WriteFile(fake.Root + "/c/io.max", "8:16 rbps=1", "test"), missing]));
        Assert.Equal("8:16 rbps=7 wbps=max riops=max wiops=max", fake.Get("c/io.max"));
        fake.Set("c/io.max", "");
        Fails.With("LimitNotSupported", () => CgroupRun.All([new CgroupAction.WriteFile(fake.Root + "/c/io.max", "8:32 rbps=1", "test"), missing]));
        Assert.Equal("8:32 rbps=max wbps=max riops=max wiops=max", fake.Get("c/io.max"));
    }

    [Fact]
    public void Bad_values_are_found_before_the_first_write()
    {
        using var fake = NewV2();
        Fails.With("CpusetInvalid", () => fake.Open().Apply(new ContainerLimit { Memory = 40 * Mega, CpusetCpus = "9" }));
        Assert.Equal("max", fake.Get("c/memory.max"));
    }

    [Fact]
    public void V2_never_kills_for_a_lower_limit_unless_forced()
    {
        using var fake = NewV2().Set("c/memory.current", "60000000").Set("c/memory.reclaim", "");
        Fails.With("MemoryInUse", () => fake.Open().Apply(new ContainerLimit { Memory = 40 * Mega }));
        Assert.Equal("max", fake.Get("c/memory.max"));
        Assert.Equal((60000000 - (40 * Mega)).ToString(), fake.Get("c/memory.reclaim"));
        fake.Open().Apply(new ContainerLimit { Memory = 40 * Mega }, force: true);
        Assert.Equal("41943040", fake.Get("c/memory.max"));
    }

    [Fact]
    public void Before_memory_reclaim_the_high_limit_is_lent_and_given_back()
    {
        using var fake = NewV2().Set("c/memory.current", "60000000").Set("c/memory.high", "50000000");
        Fails.With("MemoryInUse", () => fake.Open().Apply(new ContainerLimit { Memory = 40 * Mega }));
        Assert.Equal("50000000", fake.Get("c/memory.high"));
    }

    [Fact]
    public void The_tightest_ancestor_is_named()
    {
        using var fake = FakeCgroups.V2().AddV2Group("a").AddV2Group("a/b").AddV2Group("a/b/c")
            .Set("a/memory.max", "1000").Set("a/b/memory.max", "3000").Set("a/b/c/memory.max", "2000").Set("a/b/c/pids.max", "9").Set("a/b/cpu.max", "50000 100000");
        Assert.Equal([new("Memory", 1000, "/a", true), new("Cpus", 0.5, "/a/b", true), new("PidsLimit", 9, "/a/b/c", false)], fake.Open("/a/b/c").TightestAncestor());
    }

    [Fact]
    public void The_tightest_ancestor_of_v1_is_found_hierarchy_by_hierarchy()
    {
        using var fake = FakeCgroups.V1().AddV1Group("a").AddV1Group("a/c").Set("memory/a/memory.limit_in_bytes", "5000").Set("pids/a/pids.max", "7").Set("pids/a/c/pids.max", "70");
        Assert.Equal([new("Memory", 5000, "/a", true), new("PidsLimit", 7, "/a", true)], fake.Open("/a/c").TightestAncestor());
    }
}
