using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Limits;

/// <summary>
/// Limits as PowerShell shows them, called as the parameters that set them. null: this machine has no such limit. What is unlimited is infinity, of
/// bytes and processes too: it compares, sorts and divides as a number, and no file or screen shows it as 9223372036854775807.
/// </summary>
public record LimitValues
{
    private readonly ContainerLimit _limit;

    public LimitValues(ContainerLimit limit) => _limit = limit;

    /// <summary>Bytes.</summary>
    public object? Memory => Amount(_limit.Memory);
    public object? MemoryHigh => Amount(_limit.MemoryHigh);
    public object? MemoryLow => Amount(_limit.MemoryLow);

    /// <summary>Bytes of swap alone.</summary>
    public object? MemorySwap => Amount(_limit.MemorySwap);

    /// <summary>Processors' worth of time.</summary>
    public double? Cpus => _limit.Cpus;

    /// <summary>1 to 10000, 100 where nobody said anything.</summary>
    public int? CpuWeight => _limit.CpuWeight;
    public string? CpusetCpus => _limit.CpusetCpus;
    public string? CpusetMems => _limit.CpusetMems;

    /// <summary>Processes and threads.</summary>
    public object? PidsLimit => Amount(_limit.PidsLimit);
    public int? IOWeight => _limit.IOWeight;

    /// <summary>Disks that are held back; of one, what is null has no limit.</summary>
    public Listing<DeviceThrottle> DeviceThrottles => [.. (_limit.DeviceThrottles ?? []).Select(disk => disk.OnlyLimited())];

    /// <summary>Those that hold something back: "Memory 64 MiB, Cpus 0.5, PidsLimit 2048"; "unlimited" where none does.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        foreach ((string name, long? bytes) in (ReadOnlySpan<(string, long?)>)[(nameof(Memory), _limit.Memory), (nameof(MemoryHigh), _limit.MemoryHigh), (nameof(MemorySwap), _limit.MemorySwap)])
            if (bytes is { } some and not ContainerLimit.Unlimited) parts.Add($"{name} {SizeText.Of(some)}");
        if (_limit.MemoryLow is > 0 and { } low) parts.Add($"{nameof(MemoryLow)} {SizeText.Of(low)}");
        if (Cpus is { } cpus && double.IsFinite(cpus)) parts.Add($"{nameof(Cpus)} {SizeText.Processors(cpus)}");
        if (CpuWeight is { } weight and not 100) parts.Add($"{nameof(CpuWeight)} {weight}");
        if (CpusetCpus is { Length: > 0 } processors) parts.Add($"{nameof(CpusetCpus)} {processors}");
        if (_limit.PidsLimit is { } pids and not ContainerLimit.Unlimited) parts.Add($"{nameof(PidsLimit)} {pids}");
        if (IOWeight is { } share and not 100) parts.Add($"{nameof(IOWeight)} {share}");
        parts.AddRange(DeviceThrottles.Select(disk => disk.ToString()));
        return parts.Count == 0 ? SizeText.Unlimited : string.Join(", ", parts);
    }

    internal static object? Amount(long? value) => value switch { null => null, ContainerLimit.Unlimited => double.PositiveInfinity, { } number => (object)number };
}
