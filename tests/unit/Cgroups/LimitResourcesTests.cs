using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Spec;

namespace PSContainer.Tests.Unit.Cgroups;

/// <summary>Limits put into linux.resources, and read back.</summary>
public sealed class LimitResourcesTests : IDisposable
{
    private const long Mega = 1 << 20, Max = ContainerLimit.Unlimited;

    private readonly FakeCgroups v1 = FakeCgroups.V1(), v2 = FakeCgroups.V2();

    public void Dispose()
    {
        v1.Dispose();
        v2.Dispose();
    }

    private ResourceSpec V1(ContainerLimit limit, ResourceSpec? before = null) => (before ?? new()).With(limit.Validate(), v1.Mounts);

    private ResourceSpec V2(ContainerLimit limit, ResourceSpec? before = null) => (before ?? new()).With(limit.Validate(), v2.Mounts);

    [Fact]
    public void Nothing_wished_changes_nothing()
    {
        var before = new ResourceSpec { MemoryLimit = 5, CpuShares = 7, PidsLimit = 9, CpusetCpus = "1" };
        Assert.Equivalent(before, V1(new(), before), strict: true);
    }

    [Fact]
    public void Swap_alone_is_memory_and_swap_in_OCI()
    {
        Assert.Equal(50 * Mega, V1(new() { Memory = 40 * Mega, MemorySwap = 10 * Mega }).MemorySwap);
        Assert.Equal(-1, V1(new() { Memory = 40 * Mega, MemorySwap = -1 }).MemorySwap);
    }

    [Fact]
    public void A_new_memory_limit_keeps_the_swap_allowed()
        => Assert.Equal(90 * Mega, V1(new() { Memory = 80 * Mega }, new() { MemoryLimit = 40 * Mega, MemorySwap = 50 * Mega }).MemorySwap);

    [Fact]
    public void Memory_set_free_frees_the_swap_in_v1_and_keeps_it_in_v2()
    {
        var before = new ResourceSpec { MemoryLimit = 40 * Mega, MemorySwap = 50 * Mega };
        var old = V1(new() { Memory = -1 }, before);
        Assert.Null(old.MemoryLimit);
        Assert.Null(old.MemorySwap);
        Assert.Empty(old.Unified);
        Assert.Equal("10485760", V2(new() { Memory = -1 }, before).Unified["memory.swap.max"]);
    }

    [Fact]
    public void Memory_high_has_no_word_in_OCI_but_the_files_own_name()
    {
        var high = V2(new() { MemoryHigh = 30 * Mega });
        Assert.Equal("31457280", high.Unified["memory.high"]);
        Assert.Empty(V2(new() { MemoryHigh = -1 }, high).Unified);
    }

    [Fact]
    public void A_limit_that_is_given_wins_over_the_same_file_in_unified()
        => Assert.Empty(V2(new() { Memory = 40 * Mega, Cpus = 1, PidsLimit = 5, CpuWeight = 50 }, new()
        {
            Unified = new Dictionary<string, string> { ["memory.max"] = "1", ["cpu.max"] = "1", ["pids.max"] = "1", ["cpu.weight"] = "1" },
        }).Unified);

    [Fact]
    public void Limits_that_are_taken_away_leave_nothing()
    {
        var full = V1(new() { Cpus = 1.5, CpusetCpus = "0", MemoryLow = Mega, DeviceThrottles = [new(8, 0, ReadBps: 5)] });
        Assert.Equal((150000L, 100000UL), (full.CpuQuota, full.CpuPeriod));
        var empty = V1(new() { Cpus = -1, CpusetCpus = "", MemoryLow = 0, DeviceThrottles = [new(8, 0, ReadBps: -1)] }, full);
        Assert.Equivalent(new ResourceSpec(), empty);
        Assert.Empty(empty.Throttles);
    }

    [Fact]
    public void A_disk_keeps_its_other_limits()
    {
        var once = V1(new() { DeviceThrottles = [new(8, 0, ReadBps: 5, WriteIops: 6)] });
        Assert.Equal([new ThrottleSpec(8, 0) { ReadBps = 7, WriteIops = 6 }], V1(new() { DeviceThrottles = [new(8, 0, ReadBps: 7)] }, once).Throttles);
    }

    [Fact]
    public void Every_weight_comes_back_as_itself()
    {
        for (var weight = 1; weight <= 10000; weight++)
        {
            var shares = LimitResources.SharesFor(weight);
            Assert.Equal((weight, weight), (Weights.OciSharesToWeight(shares), Weights.FromShares(shares)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(10000)]
    public void A_disk_weight_comes_back_as_itself_in_v2(int weight) => Assert.Equal(weight, LimitResources.ToLimit(V2(new() { IOWeight = weight })).IOWeight);

    [Fact]
    public void What_was_put_in_is_read_back()
    {
        var limit = new ContainerLimit { Memory = 40 * Mega, MemorySwap = 10 * Mega, MemoryHigh = 30 * Mega, MemoryLow = 8 * Mega, Cpus = 1.5, CpuWeight = 50, CpusetCpus = "0-1", PidsLimit = 7 };
        Assert.Equivalent(limit, LimitResources.ToLimit(V2(limit)));
        Assert.Equal(Max, LimitResources.ToLimit(V2(new() { PidsLimit = -1 })).PidsLimit);
    }
}
