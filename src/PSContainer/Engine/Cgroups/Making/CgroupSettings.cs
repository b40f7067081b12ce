using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Cgroups.Making;

/// <summary>
/// All that a group is told: the limits in the one vocabulary, and what OCI's `linux.resources` has beyond it
/// (runtime-spec, config-linux.md, "Control groups"). Null means not set.
/// </summary>
public sealed record CgroupSettings
{
    public ContainerLimit Limit { get; init; } = new();

    /// <summary>Device rules in order, the last match wins, all denied before the first; null leaves devices alone.</summary>
    public IReadOnlyList<DeviceRule>? Devices { get; init; }

    /// <summary>v2 files and their values as they are ("memory.high" → "1G"); several lines are several writes.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }

    /// <summary>A machine without swap accounting is no error: the swap limit is a default of ours, nobody's wish.</summary>
    public bool SwapIsOptional { get; init; }

    /// <summary>How errors call the limits.</summary>
    public LimitWords Words { get; init; } = LimitWords.Parameters;

    /// <summary>Bytes; below it a memory limit is refused.</summary>
    public long MinimumMemory { get; init; } = ContainerLimit.MinimumMemory;

    /// <summary>OCI cpu.shares, 2 to 262144; wins over <see cref="ContainerLimit.CpuWeight"/>.</summary>
    public long? CpuShares { get; init; }

    /// <summary>OCI cpu.quota, µs in a period; -1 for no limit; wins over <see cref="ContainerLimit.Cpus"/>.</summary>
    public long? CpuQuota { get; init; }

    /// <summary>OCI cpu.period, µs, 1000 to 1000000.</summary>
    public long? CpuPeriod { get; init; }

    /// <summary>OCI cpu.burst, µs that may be saved up.</summary>
    public long? CpuBurst { get; init; }

    /// <summary>OCI cpu.idle: 1 runs the group only when nobody else wants to.</summary>
    public long? CpuIdle { get; init; }

    /// <summary>OCI cpu.realtimeRuntime, µs; v1 only.</summary>
    public long? CpuRealtimeRuntime { get; init; }

    /// <summary>OCI cpu.realtimePeriod, µs; v1 only.</summary>
    public long? CpuRealtimePeriod { get; init; }

    /// <summary>OCI memory.swappiness, 0 to 100; v1 only.</summary>
    public long? MemorySwappiness { get; init; }

    /// <summary>OCI memory.disableOOMKiller; v1 only.</summary>
    public bool? DisableOomKiller { get; init; }

    /// <summary>OCI blockIO.weight, 10 to 1000; wins over <see cref="ContainerLimit.IOWeight"/>.</summary>
    public int? BlockIOWeight { get; init; }

    /// <summary>OCI blockIO.weightDevice.</summary>
    public IReadOnlyList<DeviceWeight>? DeviceWeights { get; init; }

    /// <summary>OCI hugepageLimits.</summary>
    public IReadOnlyList<HugepageLimit>? HugepageLimits { get; init; }

    /// <summary>The controllers that these settings need.</summary>
    public IReadOnlyList<CgroupController> Controllers
    {
        get
        {
            var needed = new HashSet<CgroupController>(Limit.Controllers);
            if ((CpuShares ?? CpuQuota ?? CpuPeriod ?? CpuBurst ?? CpuIdle ?? CpuRealtimePeriod ?? CpuRealtimeRuntime) is not null) needed.Add(CgroupController.Cpu);
            if (MemorySwappiness is not null || DisableOomKiller is true) needed.Add(CgroupController.Memory);
            if (BlockIOWeight is not null || DeviceWeights is { Count: > 0 }) needed.Add(CgroupController.BlockIO);
            if (HugepageLimits is { Count: > 0 }) needed.Add(CgroupController.Hugetlb);
            if (Devices is not null) needed.Add(CgroupController.Devices);
            return [.. needed];
        }
    }

    /// <summary>OCI's memory.swap counts memory and swap together; ours is swap alone. -1 stays "no limit".</summary>
    /// <exception cref="EngineException">LimitOutOfRange: less than the memory limit, or swap limited where memory is not.</exception>
    public static long? SwapFromOci(long? memory, long? memoryAndSwap)
    {
        if (memoryAndSwap is null or 0) return null;
        if (memoryAndSwap < 0) return ContainerLimit.Unlimited;
        if (memory is null or <= 0 || memory > memoryAndSwap)
        {
            throw new EngineException("LimitOutOfRange", Reason.InvalidInput,
                $"memory.swap ({SizeText.Of(memoryAndSwap.Value)}) counts memory and swap together and can't be less than memory.limit ({(memory is { } bytes ? SizeText.Of(bytes) : "not set")}).",
                "Set memory.limit too, and memory.swap to at least as much.");
        }
        return memoryAndSwap - memory;
    }

    /// <exception cref="EngineException">See <see cref="ContainerLimit.Validate"/>.</exception>
    public CgroupSettings Validate()
    {
        Check("cpu.shares", CpuShares, 2, 262144);
        Check("cpu.period", CpuPeriod, 1000, 1_000_000);
        if (CpuQuota is not (null or -1)) Check("cpu.quota", CpuQuota, 1000, long.MaxValue / 1000);
        Check("cpu.burst", CpuBurst, 0, long.MaxValue / 1000);
        Check("cpu.idle", CpuIdle, 0, 1);
        Check("memory.swappiness", MemorySwappiness, 0, 100);
        Check("blockIO.weight", BlockIOWeight, 10, 1000);
        foreach (var weight in DeviceWeights ?? []) Check("blockIO.weightDevice", weight.Weight, 10, 1000);
        foreach (var (file, _) in Unified ?? new Dictionary<string, string>())
        {
            // A key is a file's name; anything with a slash would be a way out of the group.
            if (file.Length == 0 || file.Contains('/') || file.Contains('\0') || !file.Contains('.') || file.StartsWith('.'))
            {
                throw new EngineException("LimitNotSupported", Reason.InvalidInput, $"\"{file}\" is no file of cgroup v2.", "Use names such as memory.high.");
            }
        }
        return this with { Limit = Limit.Validate(MinimumMemory, Words) };
    }

    private static void Check(string name, long? value, long least, long most)
    {
        if (value < least || value > most)
        {
            throw new EngineException("LimitOutOfRange", Reason.InvalidInput, $"{name} can't be {value}: {least} to {most}.", $"{name}: {least} to {most}.");
        }
    }
}

/// <summary>OCI blockIO.weightDevice: a disk, and 10 to 1000 for it.</summary>
public sealed record DeviceWeight(int Major, int Minor, int Weight);

/// <summary>OCI hugepageLimits: a page size as the kernel writes it ("2MB", "1GB") and bytes.</summary>
public sealed record HugepageLimit(string PageSize, long Limit);
