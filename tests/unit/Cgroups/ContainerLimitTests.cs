using PSContainer.Engine;
using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Tests.Unit.Cgroups;

public class ContainerLimitTests
{
    private const long Mega = 1024 * 1024;

    public static TheoryData<string, ContainerLimit> Wrong => new()
    {
        { "LimitTooSmall", new() { Memory = 1024 } },
        { "LimitTooSmall", new() { Memory = 0 } },
        { "LimitTooSmall", new() { MemoryHigh = 1024 } },
        { "LimitOutOfRange", new() { Memory = -2 } },
        { "LimitOutOfRange", new() { MemorySwap = -5 } },
        { "LimitOutOfRange", new() { MemoryLow = 50 * Mega, Memory = 40 * Mega } },
        { "LimitOutOfRange", new() { Cpus = 0 } },
        { "LimitOutOfRange", new() { Cpus = 0.001 } },
        { "LimitOutOfRange", new() { Cpus = double.NaN } },
        { "LimitOutOfRange", new() { Cpus = -2 } },
        { "LimitOutOfRange", new() { CpuWeight = 0 } },
        { "LimitOutOfRange", new() { CpuWeight = 10001 } },
        { "LimitOutOfRange", new() { IOWeight = 0 } },
        { "LimitOutOfRange", new() { PidsLimit = 0 } },
        { "LimitOutOfRange", new() { PidsLimit = 5_000_000 } },
        { "LimitOutOfRange", new() { DeviceThrottles = [new(8, 0, ReadBps: 0)] } },
        { "LimitOutOfRange", new() { DeviceThrottles = [new(8, 0, ReadIops: 5_000_000_000)] } },
        { "LimitDeviceInvalid", new() { DeviceThrottles = [new(-1, 0, ReadBps: 1)] } },
        { "CpusetInvalid", new() { CpusetCpus = "0-" } },
        { "CpusetInvalid", new() { CpusetCpus = "3-1" } },
        { "CpusetInvalid", new() { CpusetCpus = "a" } },
        { "CpusetInvalid", new() { CpusetCpus = "0,,1" } },
        { "CpusetInvalid", new() { CpusetCpus = "+1" } },
        { "CpusetInvalid", new() { CpusetCpus = "0-99999" } },
        { "CpusetInvalid", new() { CpusetMems = "-1" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Impossible_values_are_refused_by_name(string id, ContainerLimit limit) => Fails.With(id, () => limit.Validate());

    /// <summary>The rule that messages come from: parameters as they are typed, sizes as they are read.</summary>
    public static TheoryData<ContainerLimit, string, string> Refused => new()
    {
        { new() { Memory = 1024 }, "-Memory 1 KiB is too small: a container needs at least 6 MiB.", "memory.limit 1 KiB is too small: a container needs at least 6 MiB." },
        { new() { MemoryHigh = (6 * Mega) - 1 }, "-MemoryHigh 5.99 MiB is too small: a container needs at least 6 MiB.", "memory.high 5.99 MiB is too small: a container needs at least 6 MiB." },
        { new() { MemoryLow = 50 * Mega, Memory = 40 * Mega }, "-MemoryLow can't be 50 MiB: at most -Memory, 40 MiB.", "memory.reservation can't be 50 MiB: at most memory.limit, 40 MiB." },
        { new() { MemorySwap = -5 }, "-MemorySwap can't be -5: bytes, 0 for none, -1 for no limit.", "memory.swap can't be -5: bytes, 0 for none, -1 for no limit." },
        { new() { Cpus = 0.001 }, "-Cpus can't be 0.001: 0.01 to 100000; -1 for no limit.", "cpu.quota can't be 0.001: 0.01 to 100000; -1 for no limit." },
        { new() { PidsLimit = 0 }, "-PidsLimit can't be 0: 1 to 4194304; -1 for no limit.", "pids.limit can't be 0: 1 to 4194304; -1 for no limit." },
        { new() { CpusetCpus = "a" }, "-CpusetCpus \"a\" is not a list of numbers.", "cpu.cpus \"a\" is not a list of numbers." },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_limit_is_called_as_whoever_set_it_did(ContainerLimit limit, string atThePrompt, string inABundle)
    {
        Assert.Equal(atThePrompt, Assert.Throws<EngineException>(() => limit.Validate()).Message);
        Assert.Equal(inABundle, Assert.Throws<EngineException>(() => limit.Validate(words: LimitWords.Bundle)).Message);
    }

    [Fact]
    public void Minus_one_is_no_limit()
    {
        var limit = new ContainerLimit { Memory = -1, MemorySwap = -1, PidsLimit = -1, Cpus = -1, DeviceThrottles = [new(8, 0, WriteBps: -1)] }.Validate();
        Assert.Equal(ContainerLimit.Unlimited, limit.Memory);
        Assert.Equal(ContainerLimit.Unlimited, limit.PidsLimit);
        Assert.True(double.IsPositiveInfinity(limit.Cpus!.Value));
        Assert.Equal(ContainerLimit.Unlimited, limit.DeviceThrottles![0].WriteBps);
    }

    [Fact]
    public void A_foreign_bundle_may_have_less_memory() => new CgroupSettings { Limit = new() { Memory = 4096 }, MinimumMemory = 0 }.Validate();

    [Fact]
    public void Nothing_set_is_empty() => Assert.True(new ContainerLimit { DeviceThrottles = [] }.IsEmpty);

    [Theory]
    [InlineData("0-3,8", new[] { 0, 1, 2, 3, 8 })]
    [InlineData(" 5 ", new[] { 5 })]
    [InlineData("2,0-1,1", new[] { 0, 1, 2 })]
    [InlineData("", new int[0])]
    public void Cpu_lists_are_read(string list, int[] numbers) => Assert.Equal(numbers, CpuList.Parse(list, "-CpusetCpus"));

    [Theory]
    [InlineData(40L, 60L, 20L)]
    [InlineData(40L, 40L, 0L)]
    [InlineData(40L, -1L, ContainerLimit.Unlimited)]
    [InlineData(40L, null, null)]
    [InlineData(null, 0L, null)]
    public void Oci_swap_counts_memory_and_swap(long? memory, long? both, long? swap) => Assert.Equal(swap, CgroupSettings.SwapFromOci(memory, both));

    [Theory]
    [InlineData(40L, 30L)]
    [InlineData(null, 30L)]
    [InlineData(-1L, 30L)]
    public void Oci_swap_below_memory_is_refused(long? memory, long? both) => Fails.With("LimitOutOfRange", () => CgroupSettings.SwapFromOci(memory, both));

    public static TheoryData<CgroupSettings> WrongSettings => new(
        new CgroupSettings { CpuShares = 1 }, new CgroupSettings { CpuPeriod = 10 }, new CgroupSettings { CpuQuota = 10 }, new CgroupSettings { CpuBurst = -1 },
        new CgroupSettings { CpuIdle = 2 }, new CgroupSettings { MemorySwappiness = 101 }, new CgroupSettings { BlockIOWeight = 5 }, new CgroupSettings { DeviceWeights = [new(8, 0, 2000)] });

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public void Impossible_bundle_values_are_refused(CgroupSettings settings) => Fails.With("LimitOutOfRange", () => settings.Validate());

    [Theory]
    [InlineData("../memory.max")]
    [InlineData("a/b.c")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("tasks")]
    public void A_unified_key_is_a_file_of_cgroupfs(string key)
        => Fails.With("LimitNotSupported", () => new CgroupSettings { Unified = new Dictionary<string, string> { [key] = "1" } }.Validate());
}
