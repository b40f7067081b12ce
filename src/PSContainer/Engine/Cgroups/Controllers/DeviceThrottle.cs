using PSContainer.Engine.Cgroups.Limits;

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
