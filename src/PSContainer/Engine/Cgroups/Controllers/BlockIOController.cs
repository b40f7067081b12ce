using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>io, called blkio in v1 (cgroup-v2.rst "IO"; cgroup-v1/blkio-controller.rst).</summary>
internal static class BlockIOController
{
    private static readonly (string File, string Key, Func<DeviceThrottle, long?> Get)[] Kinds =
    [
        ("blkio.throttle.read_bps_device", "rbps", static t => t.ReadBps),
        ("blkio.throttle.write_bps_device", "wbps", static t => t.WriteBps),
        ("blkio.throttle.read_iops_device", "riops", static t => t.ReadIops),
        ("blkio.throttle.write_iops_device", "wiops", static t => t.WriteIops),
    ];

    public static int? ReadWeight(CgroupGroup group)
    {
        if (group.Version == CgroupVersion.V2)
        {
            if (Default(group.Read("io.weight")) is { } weight) return weight;
            return Default(group.Read("io.bfq.weight")) is { } bfq ? Weights.FromBfq(bfq) : null;
        }
        if (Default(group.Read("blkio.bfq.weight")) is { } v1) return Weights.FromBfq(v1);
        return Default(group.Read("blkio.weight")) is { } cfq ? Weights.FromBlkio(cfq) : null;
    }

    public static IReadOnlyList<DeviceThrottle>? ReadThrottles(CgroupGroup group)
    {
        var found = new List<DeviceThrottle>();
        if (group.Version == CgroupVersion.V2)
        {
            if (group.Read("io.max") is not { } text) return null;
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                if (CgroupText.TryDevice(line, out var major, out var minor, out var rest))
                {
                    found.Add(new(major, minor, CgroupText.Nested(rest, "rbps"), CgroupText.Nested(rest, "wbps"), CgroupText.Nested(rest, "riops"), CgroupText.Nested(rest, "wiops")));
                }
            }
            return found;
        }
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            if (group.Read(Kinds[kind].File) is not { } text) return null;
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                if (!CgroupText.TryDevice(line, out var major, out var minor, out var rest) || CgroupText.Number(rest.ToString()) is not { } value) continue;
                var at = found.FindIndex(throttle => throttle.Major == major && throttle.Minor == minor);
                if (at < 0)
                {
                    const long Max = ContainerLimit.Unlimited;
                    found.Add(new(major, minor, Max, Max, Max, Max));
                    at = found.Count - 1;
                }
                found[at] = kind switch
                {
                    0 => found[at] with { ReadBps = value },
                    1 => found[at] with { WriteBps = value },
                    2 => found[at] with { ReadIops = value },
                    _ => found[at] with { WriteIops = value },
                };
            }
        }
        return found;
    }

    public static void Writes(LimitTarget target, CgroupSettings wish, List<CgroupAction> writes)
    {
        if (wish.BlockIOWeight is { } oci) Weight(target, oci, Weights.OciBlockIOToWeight(oci), oci, writes);
        else if (wish.Limit.IOWeight is { } weight) Weight(target, Weights.ToBfq(weight), weight, Weights.ToBlkio(weight), writes);
        foreach (var (major, minor, own) in wish.DeviceWeights ?? [])
        {
            var (file, value) = target.IsV1 ? (target.Has("blkio.bfq.weight_device") ? "blkio.bfq.weight_device" : "blkio.weight_device", own)
                : target.Has("io.bfq.weight") ? ("io.bfq.weight", own) : ("io.weight", Weights.OciBlockIOToWeight(own));
            writes.Add(target.Write(file, $"{major}:{minor} {value}", "share of one disk"));
        }
        foreach (var throttle in wish.Limit.DeviceThrottles ?? []) Throttle(target, throttle, writes);
    }

    private static void Weight(LimitTarget target, int bfq, int io, int blkio, List<CgroupAction> writes)
    {
        const string Why = "share of the disks";
        if (target.IsV1)
        {
            if (target.Has("blkio.bfq.weight")) writes.Add(target.Write("blkio.bfq.weight", bfq.ToString(), Why));
            else if (target.Has("blkio.weight")) writes.Add(target.Write("blkio.weight", blkio.ToString(), Why));
            else throw LimitTarget.NotSupported("This kernel has no disk weight (no scheduler that knows one).", "Use the limits in bytes or operations a second.");
            return;
        }
        // Two policies may be there, each with its own file: iocost, and the BFQ scheduler. Either alone will do.
        var cost = target.Has("io.weight");
        if (cost) writes.Add(target.Write("io.weight", $"default {io}", Why));
        if (cost || target.Has("io.bfq.weight")) writes.Add(target.Write("io.bfq.weight", $"default {bfq}", Why, cost ? [Errno.ENOENT] : []));
        else throw LimitTarget.NotSupported("This kernel has no disk weight (neither iocost nor BFQ).", "Use the limits in bytes or operations a second.");
    }

    private static void Throttle(LimitTarget target, DeviceThrottle throttle, List<CgroupAction> writes)
    {
        var device = $"{throttle.Major}:{throttle.Minor}";
        const string Why = "limit the use of one disk";
        if (target.IsV1)
        {
            // In v1 a zero takes the limit away.
            foreach (var (file, _, get) in Kinds)
            {
                if (get(throttle) is { } value) writes.Add(target.Write(file, $"{device} {(value == ContainerLimit.Unlimited ? 0 : value)}", Why));
            }
            return;
        }
        var line = device;
        foreach (var (_, key, get) in Kinds)
        {
            if (get(throttle) is { } value) line += $" {key}={CgroupText.V2(value)}";
        }
        if (line.Length > device.Length) writes.Add(target.Write("io.max", line, Why));
    }

    // "100", or "default 100" followed by lines of single disks.
    private static int? Default(string? text)
    {
        if (text is null) return null;
        return (int?)(CgroupText.Flat(text, "default") ?? CgroupText.Number(text));
    }
}
