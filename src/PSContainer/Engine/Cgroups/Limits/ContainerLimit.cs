using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>
/// What a container may use at most: a limit is called as the cmdlets' parameter is, and counts as cgroup v2 does
/// (Documentation/admin-guide/cgroup-v2.rst). Null means "not set": as a wish, leave it as it is; as an answer, this machine has no such limit.
/// </summary>
public sealed record ContainerLimit
{
    /// <summary>No limit: the kernel's "max". A wish may say -1 as well.</summary>
    public const long Unlimited = long.MaxValue;

    /// <summary>Under 6 MiB a container does not get through its own start (docker draws the same line).</summary>
    public const long MinimumMemory = 6 * 1024 * 1024;

    /// <summary>Bytes; above it the kernel reclaims, then kills (memory.max).</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes; above it the processes are slowed and reclaimed, never killed (memory.high). cgroup v2 only.</summary>
    public long? MemoryHigh { get; init; }

    /// <summary>Bytes that are spared while others can be reclaimed (memory.low; v1: soft limit). 0: none.</summary>
    public long? MemoryLow { get; init; }

    /// <summary>Bytes of swap alone, not memory and swap together as docker counts (memory.swap.max).</summary>
    public long? MemorySwap { get; init; }

    /// <summary>Processors' worth of time: 1.5 is one and a half; at least 0.01; infinity for no limit (cpu.max).</summary>
    public double? Cpus { get; init; }

    /// <summary>Share against neighbours, 1 to 10000, usually 100 (cpu.weight).</summary>
    public int? CpuWeight { get; init; }

    /// <summary>Which processors: "0-3,8"; empty: those of the parent (cpuset.cpus).</summary>
    public string? CpusetCpus { get; init; }

    /// <summary>Which memory nodes, in the same form (cpuset.mems).</summary>
    public string? CpusetMems { get; init; }

    /// <summary>Processes and threads (pids.max).</summary>
    public long? PidsLimit { get; init; }

    /// <summary>Share of the disks against neighbours, 1 to 10000, usually 100 (io.weight).</summary>
    public int? IOWeight { get; init; }

    /// <summary>Limits of single disks (io.max).</summary>
    public IReadOnlyList<DeviceThrottle>? DeviceThrottles { get; init; }

    /// <summary>No value is set at all.</summary>
    public bool IsEmpty => Controllers.Count == 0;

    /// <summary>The controllers that these values need.</summary>
    public IReadOnlyList<CgroupController> Controllers
    {
        get
        {
            var needed = new List<CgroupController>(5);
            if ((Memory ?? MemoryHigh ?? MemoryLow ?? MemorySwap) is not null) needed.Add(CgroupController.Memory);
            if (Cpus is not null || CpuWeight is not null) needed.Add(CgroupController.Cpu);
            if ((CpusetCpus ?? CpusetMems) is not null) needed.Add(CgroupController.Cpuset);
            if (PidsLimit is not null) needed.Add(CgroupController.Pids);
            if (IOWeight is not null || DeviceThrottles is { Count: > 0 }) needed.Add(CgroupController.BlockIO);
            return needed;
        }
    }

    internal static long? Normalise(long? value) => value is -1 ? Unlimited : value;

    /// <summary>The same wish with every "-1" as <see cref="Unlimited"/>, or an error; touches nothing.</summary>
    /// <param name="minimumMemory">Bytes; a bundle of somebody else's may want less than <see cref="MinimumMemory"/>.</param>
    /// <param name="words">How errors call the limits; as parameters where it is not given.</param>
    /// <exception cref="EngineException">LimitTooSmall, LimitOutOfRange, CpusetInvalid, LimitDeviceInvalid.</exception>
    public ContainerLimit Validate(long minimumMemory = MinimumMemory, LimitWords? words = null)
    {
        words ??= LimitWords.Parameters;
        var limit = this with
        {
            Memory = Normalise(Memory), MemoryHigh = Normalise(MemoryHigh), MemoryLow = Normalise(MemoryLow),
            MemorySwap = Normalise(MemorySwap), PidsLimit = Normalise(PidsLimit),
            Cpus = Cpus is -1 ? double.PositiveInfinity : Cpus,
            DeviceThrottles = DeviceThrottles?.Select(static throttle => throttle.Normalised()).ToArray(),
        };
        limit.ValidateMemory(minimumMemory, words);
        if (limit.Cpus is { } cpus && !(cpus >= 0.01 && (double.IsPositiveInfinity(cpus) || cpus <= 100_000)))
        {
            throw OutOfRange(words.Of(nameof(Cpus)), FormattableString.Invariant($"{cpus}"), "0.01 to 100000; -1 for no limit");
        }
        if (CpuWeight is < 1 or > 10000) throw OutOfRange(words.Of(nameof(CpuWeight)), $"{CpuWeight}", "1 to 10000");
        if (IOWeight is < 1 or > 10000) throw OutOfRange(words.Of(nameof(IOWeight)), $"{IOWeight}", "1 to 10000");
        if (limit.PidsLimit is < 1 or (> 4 * 1024 * 1024 and not Unlimited)) throw OutOfRange(words.Of(nameof(PidsLimit)), $"{PidsLimit}", "1 to 4194304; -1 for no limit");
        if (CpusetCpus is not null) CpuList.Parse(CpusetCpus, words.Of(nameof(CpusetCpus)));
        if (CpusetMems is not null) CpuList.Parse(CpusetMems, words.Of(nameof(CpusetMems)));
        foreach (var throttle in limit.DeviceThrottles ?? []) throttle.Validate();
        return limit;
    }

    private void ValidateMemory(long minimum, LimitWords words)
    {
        foreach (var (limit, value) in (ReadOnlySpan<(string, long?)>)[(nameof(Memory), Memory), (nameof(MemoryHigh), MemoryHigh)])
        {
            if (value is not { } bytes) continue;
            var name = words.Of(limit);
            if (bytes < 0) throw OutOfRange(name, $"{bytes}", "bytes, or -1 for no limit");
            if (bytes < minimum)
            {
                throw new EngineException("LimitTooSmall", Reason.InvalidInput, $"{name} {SizeText.Of(bytes)} is too small: a container needs at least {SizeText.Of(minimum)}.",
                    $"Give it {SizeText.Of(minimum)} or more, as in {name} 40MB.");
            }
        }
        if (MemoryLow is < 0) throw OutOfRange(words.Of(nameof(MemoryLow)), $"{MemoryLow}", "bytes, 0 for none");
        if (MemorySwap is < 0) throw OutOfRange(words.Of(nameof(MemorySwap)), $"{MemorySwap}", "bytes, 0 for none, -1 for no limit");
        if (MemoryLow is { } low && Memory is { } max && low > max)
        {
            throw OutOfRange(words.Of(nameof(MemoryLow)), SizeText.Of(low), $"at most {words.Of(nameof(Memory))}, {SizeText.Of(max)}");
        }
    }

    private static EngineException OutOfRange(string name, string value, string range)
        => new("LimitOutOfRange", Reason.InvalidInput, $"{name} can't be {value}: {range}.", $"{name}: {range}.");
}
