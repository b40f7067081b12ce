using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Tests.Unit.Cgroups;

/// <summary>Which files are written for a change, with which values, in which order.</summary>
public class LimitChangeTests
{
    private const long Mega = 1 << 20;
    private const long Max = ContainerLimit.Unlimited;

    private static string[] V2(CgroupSettings settings, Action<FakeCgroups>? prepare = null)
    {
        using var fake = FakeCgroups.V2(passed: "cpuset cpu io memory pids").AddV2Group();
        prepare?.Invoke(fake);
        return [.. fake.Writes(fake.Open().PlanApply(settings)).Select(static write => write[2..])];
    }

    private static string[] V1(CgroupSettings settings, Action<FakeCgroups>? prepare = null)
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        prepare?.Invoke(fake);
        return [.. fake.Writes(fake.Open().PlanApply(settings)).Select(static write => write[(write.IndexOf("/c/", StringComparison.Ordinal) + 3)..])];
    }

    private static string[] V2(ContainerLimit limit) => V2(new CgroupSettings { Limit = limit });

    private static string[] V1(ContainerLimit limit, Action<FakeCgroups>? prepare = null) => V1(new CgroupSettings { Limit = limit }, prepare);

    private static Action<FakeCgroups> Memory(long limit, long memsw)
        => fake => fake.Set("memory/c/memory.limit_in_bytes", limit.ToString()).Set("memory/c/memory.memsw.limit_in_bytes", memsw.ToString());

    private static readonly ContainerLimit Everything = new()
    {
        Memory = 40 * Mega, MemorySwap = 10 * Mega, MemoryLow = 20 * Mega, CpuWeight = 50, Cpus = 1.5, CpusetCpus = "0-1", PidsLimit = -1, IOWeight = 200,
        DeviceThrottles = [new(8, 0, ReadBps: Mega, WriteIops: -1)],
    };

    [Fact]
    public void V2_says_everything_in_its_own_words()
        => Assert.Equal(["memory.max=41943040", "memory.swap.max=10485760", "memory.high=31457280", "memory.low=20971520", "cpu.weight=50", "cpu.max=150000 100000",
            "cpuset.cpus=0-1", "pids.max=max", "io.weight=default 200", "io.bfq.weight=default 109", "io.max=8:0 rbps=1048576 wiops=max"],
            V2(Everything with { MemoryHigh = 30 * Mega }));

    [Fact]
    public void V1_says_the_same_in_its_words()
        => Assert.Equal(["memory.limit_in_bytes=41943040", "memory.memsw.limit_in_bytes=52428800", "memory.soft_limit_in_bytes=20971520", "cpu.shares=421",
            "cpu.cfs_quota_us=150000", "cpuset.cpus=0-1", "pids.max=max", "blkio.bfq.weight=109",
            "blkio.throttle.read_bps_device=8:0 1048576", "blkio.throttle.write_iops_device=8:0 0"], V1(Everything));

    [Fact]
    public void V1_raises_memsw_before_memory()
        => Assert.Equal(["memory.memsw.limit_in_bytes=83886080", "memory.limit_in_bytes=83886080"], V1(new ContainerLimit { Memory = 80 * Mega }, Memory(40 * Mega, 40 * Mega)));

    [Fact]
    public void V1_lowers_memory_before_memsw()
        => Assert.Equal(["memory.limit_in_bytes=41943040", "memory.memsw.limit_in_bytes=41943040"], V1(new ContainerLimit { Memory = 40 * Mega }, Memory(80 * Mega, 80 * Mega)));

    [Fact]
    public void V1_keeps_the_swap_when_memory_changes()
        => Assert.Equal(["memory.limit_in_bytes=52428800", "memory.memsw.limit_in_bytes=73400320"], V1(new ContainerLimit { Memory = 50 * Mega }, Memory(40 * Mega, 60 * Mega)));

    [Fact]
    public void V1_sets_swap_alone_by_memsw()
        => Assert.Equal(["memory.memsw.limit_in_bytes=52428800"], V1(new ContainerLimit { MemorySwap = 10 * Mega }, Memory(40 * Mega, 40 * Mega)));

    [Fact]
    public void V1_frees_both_memsw_first()
        => Assert.Equal(["memory.memsw.limit_in_bytes=-1", "memory.limit_in_bytes=-1"], V1(new ContainerLimit { Memory = -1 }, Memory(40 * Mega, 40 * Mega)));

    [Fact]
    public void V1_leaves_an_unlimited_memsw_alone()
        => Assert.Equal(["memory.limit_in_bytes=41943040"], V1(new ContainerLimit { Memory = 40 * Mega }));

    [Fact]
    public void V1_without_swap_accounting_sets_memory_and_refuses_swap()
    {
        static void NoSwap(FakeCgroups fake) => File.Delete(fake.Root + "/memory/c/memory.memsw.limit_in_bytes");
        Assert.Equal(["memory.limit_in_bytes=41943040"], V1(new ContainerLimit { Memory = 40 * Mega, MemorySwap = Max }, NoSwap));
        Fails.With("LimitNotSupported", () => V1(new ContainerLimit { Memory = 40 * Mega, MemorySwap = 0 }, NoSwap));
        Assert.Equal(["memory.limit_in_bytes=41943040"], V1(new CgroupSettings { Limit = new() { Memory = 40 * Mega, MemorySwap = 0 }, SwapIsOptional = true }, NoSwap));
    }

    [Fact]
    public void V1_cannot_limit_swap_without_memory()
    {
        var wish = new CgroupSettings { Limit = new() { MemorySwap = 0 } };
        Assert.Equal("Set -Memory as well.", Fails.With("LimitNotSupported", () => V1(wish)).Advice);
        Assert.Equal("Set memory.limit as well.", Fails.With("LimitNotSupported", () => V1(wish with { Words = LimitWords.Bundle })).Advice);
    }

    [Fact]
    public void V1_has_no_memory_high()
    {
        Fails.With("LimitNotSupported", () => V1(new ContainerLimit { MemoryHigh = 30 * Mega }));
        Assert.Empty(V1(new ContainerLimit { MemoryHigh = -1 }));
    }

    [Fact]
    public void No_protection_is_an_unlimited_soft_limit() => Assert.Equal(["memory.soft_limit_in_bytes=-1"], V1(new ContainerLimit { MemoryLow = 0 }));

    [Theory]
    [InlineData(0.01, "cpu.max=1000 100000")]
    [InlineData(2.0, "cpu.max=200000 100000")]
    [InlineData(-1.0, "cpu.max=max 100000")]
    public void Cpus_are_a_quota_of_a_tenth_of_a_second(double cpus, string write) => Assert.Equal([write], V2(new ContainerLimit { Cpus = cpus }));

    [Fact]
    public void V1_takes_a_longer_period_before_the_quota_and_a_shorter_one_after()
    {
        Assert.Equal(["cpu.cfs_period_us=200000", "cpu.cfs_quota_us=100000"], V1(new CgroupSettings { CpuPeriod = 200000, CpuQuota = 100000 }));
        Assert.Equal(["cpu.cfs_quota_us=20000", "cpu.cfs_period_us=50000"], V1(new CgroupSettings { CpuPeriod = 50000, CpuQuota = 20000 }));
        Assert.Equal(["cpu.cfs_quota_us=-1", "cpu.cfs_period_us=200000"], V1(new CgroupSettings { CpuPeriod = 200000, CpuQuota = -1 }));
    }

    [Fact]
    public void A_quota_alone_keeps_the_period()
        => Assert.Equal(["cpu.max=25000 50000"], V2(new CgroupSettings { CpuQuota = 25000 }, static fake => fake.Set("c/cpu.max", "10000 50000")));

    [Fact]
    public void A_burst_goes_down_before_the_quota_and_up_after()
    {
        static void Burst(FakeCgroups fake) => fake.Set("c/cpu.max", "100000 100000").Set("c/cpu.max.burst", "80000");
        Assert.Equal(["cpu.max.burst=50000", "cpu.max=50000 100000"], V2(new CgroupSettings { CpuQuota = 50000 }, Burst));
        Assert.Equal(["cpu.max=200000 100000", "cpu.max.burst=150000"], V2(new CgroupSettings { CpuQuota = 200000, CpuBurst = 150000 }, Burst));
    }

    [Fact]
    public void Shares_of_a_bundle_are_raw_in_v1_and_converted_in_v2()
    {
        Assert.Equal(["cpu.shares=2000"], V1(new CgroupSettings { CpuShares = 2000 }));
        Assert.Equal(["cpu.weight=170"], V2(new CgroupSettings { CpuShares = 2000 }));
    }

    [Fact]
    public void An_idle_group_gets_no_weight() => Assert.Equal(["cpu.idle=1"], V2(new CgroupSettings { CpuIdle = 1, CpuShares = 512 }));

    [Fact]
    public void Disk_weights_of_a_bundle_go_to_the_policy_there_is()
    {
        Assert.Equal(["blkio.bfq.weight=500"], V1(new CgroupSettings { BlockIOWeight = 500 }));
        Assert.Equal(["blkio.weight=500"], V1(new CgroupSettings { BlockIOWeight = 500 }, static fake =>
        {
            File.Delete(fake.Root + "/blkio/c/blkio.bfq.weight");
            fake.Set("blkio/c/blkio.weight", "500");
        }));
        Assert.Equal(["io.weight=default 4950", "io.bfq.weight=default 500"], V2(new CgroupSettings { BlockIOWeight = 500 }));
        Assert.Equal(["io.bfq.weight=default 500", "io.bfq.weight=8:0 20"], V2(new CgroupSettings { BlockIOWeight = 500, DeviceWeights = [new(8, 0, 20)] }, static fake =>
        {
            File.Delete(fake.Root + "/c/io.weight");
            fake.Set("c/io.bfq.weight", "default 100");
        }));
        Fails.With("LimitNotSupported", () => V1(new CgroupSettings { BlockIOWeight = 500 }, static fake => File.Delete(fake.Root + "/blkio/c/blkio.bfq.weight")));
    }

    [Fact]
    public void V2_refuses_what_only_v1_has()
    {
        Fails.With("LimitNotSupported", () => V2(new CgroupSettings { MemorySwappiness = 10 }));
        Fails.With("LimitNotSupported", () => V2(new CgroupSettings { DisableOomKiller = true }));
        Fails.With("LimitNotSupported", () => V2(new CgroupSettings { CpuRealtimeRuntime = 1 }));
        Assert.Equal(["memory.swappiness=10", "memory.oom_control=1"], V1(new CgroupSettings { MemorySwappiness = 10, DisableOomKiller = true }));
        Assert.Equal(["cpu.rt_period_us=2", "cpu.rt_runtime_us=1"], V1(new CgroupSettings { CpuRealtimeRuntime = 1, CpuRealtimePeriod = 2 }));
    }

    [Fact]
    public void Processors_that_are_not_there_are_refused()
    {
        Fails.With("CpusetInvalid", () => V1(new ContainerLimit { CpusetCpus = "0-7" }));
        Fails.With("CpusetInvalid", () => V2(new ContainerLimit { CpusetCpus = "4" }));
        Fails.With("CpusetInvalid", () => V2(new ContainerLimit { CpusetMems = "1" }));
    }

    [Fact]
    public void An_empty_cpuset_means_the_parents()
    {
        Assert.Equal(["cpuset.cpus=0-3"], V1(new ContainerLimit { CpusetCpus = "" }));
        Assert.Equal(["cpuset.cpus="], V2(new ContainerLimit { CpusetCpus = "" }));
    }

    [Fact]
    public void The_root_and_what_is_gone_have_no_limits()
    {
        using var fake = FakeCgroups.V2();
        Fails.With("LimitNotSupported", () => fake.Open("/").Apply(new ContainerLimit { PidsLimit = 5 }));
        Fails.With("CgroupNotFound", () => fake.Open("/gone").Apply(new ContainerLimit { PidsLimit = 5 }));
    }

    [Fact]
    public void A_controller_that_is_not_passed_on_yet_is_enabled_on_the_way()
    {
        using var fake = FakeCgroups.V2(passed: "memory").AddV2Group();
        Assert.Equal(["cgroup.subtree_control=+pids", "c/pids.max=5"], fake.Writes(fake.Open().PlanApply(new() { Limit = new() { PidsLimit = 5 } })));
    }
}
