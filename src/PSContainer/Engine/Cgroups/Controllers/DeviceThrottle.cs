using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>
/// How fast a group may use one disk (cgroup-v2.rst, io.max). Null: not set, left as it is; <see cref="ContainerLimit.Unlimited"/>: no limit.
/// </summary>
/// <param name="Major">Device number of a whole disk; the kernel throttles no partitions.</param>
/// <param name="Minor">Its second half.</param>
/// <param name="ReadBps">Bytes a second.</param>
/// <param name="WriteBps">Bytes a second.</param>
/// <param name="ReadIops">Operations a second.</param>
/// <param name="WriteIops">Operations a second.</param>
public sealed record DeviceThrottle(
    int Major, int Minor, long? ReadBps = null, long? WriteBps = null, long? ReadIops = null, long? WriteIops = null)
{
    internal DeviceThrottle Normalised() => this with
    {
        ReadBps = ContainerLimit.Normalise(ReadBps), WriteBps = ContainerLimit.Normalise(WriteBps),
        ReadIops = ContainerLimit.Normalise(ReadIops), WriteIops = ContainerLimit.Normalise(WriteIops),
    };

    /// <summary>Of the four only what is limited: what is not is null.</summary>
    public DeviceThrottle OnlyLimited() => this with { ReadBps = Limited(ReadBps), WriteBps = Limited(WriteBps), ReadIops = Limited(ReadIops), WriteIops = Limited(WriteIops) };

    /// <summary>"8:0 read 10 MiB/s, 100 writes/s".</summary>
    public override string ToString()
    {
        var parts = new List<string>(4);
        if (Limited(ReadBps) is { } read) parts.Add($"read {SizeText.Of(read)}/s");
        if (Limited(WriteBps) is { } write) parts.Add($"write {SizeText.Of(write)}/s");
        if (Limited(ReadIops) is { } reads) parts.Add($"{reads} reads/s");
        if (Limited(WriteIops) is { } writes) parts.Add($"{writes} writes/s");
        return $"{Major}:{Minor} {(parts.Count == 0 ? SizeText.Unlimited : string.Join(", ", parts))}";
    }

    private static long? Limited(long? rate) => rate is ContainerLimit.Unlimited ? null : rate;

    internal void Validate()
    {
        if (Major < 0 || Minor < 0)
        {
            throw new EngineException("LimitDeviceInvalid", Reason.InvalidInput, $"{Major}:{Minor} is no device number.", "Name a whole disk (lsblk -d).");
        }
        foreach (var value in (ReadOnlySpan<long?>)[ReadBps, WriteBps, ReadIops, WriteIops])
        {
            if (value is < 1)
            {
                throw new EngineException("LimitOutOfRange", Reason.InvalidInput,
                    $"A disk limit of {value} for {Major}:{Minor}: it must be at least 1 a second.", "Use -1 for no limit.");
            }
        }
        // The kernel keeps operations a second in 32 bits (blk-throttle.c, tg_set_limit).
        foreach (var value in (ReadOnlySpan<long?>)[ReadIops, WriteIops])
        {
            if (value is > uint.MaxValue and not ContainerLimit.Unlimited)
            {
                throw new EngineException("LimitOutOfRange", Reason.InvalidInput, $"{value} operations a second is more than the kernel counts.", "Use -1 for no limit.");
            }
        }
    }
}
