using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Spec;

namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>
/// Limits in OCI's words: what a ContainerLimit says, put into linux.resources, and read back from there. What OCI has no
/// member for (memory.high, io.weight) goes to `unified`, which is cgroup v2's alone (config-linux.md, "Unified").
/// </summary>
public static class LimitResources
{
    private const long Max = ContainerLimit.Unlimited;
    private const string High = "memory.high", SwapMax = "memory.swap.max", IOWeight = "io.weight", BfqWeight = "io.bfq.weight";

    /// <summary>The same resources with the given limits; whatever is null in the wish stays as it is.</summary>
    /// <param name="resources">What the configuration says so far.</param>
    /// <param name="limit">Checked by <see cref="ContainerLimit.Validate"/>.</param>
    /// <param name="mounts">The machine's cgroups: they decide which words can be used.</param>
    public static ResourceSpec With(this ResourceSpec resources, ContainerLimit limit, CgroupMounts mounts)
    {
        var unified = new Dictionary<string, string>(resources.Unified);
        ResourceSpec changed = WithMemory(resources, limit, mounts, unified);
        if (limit.Cpus is { } cpus)
        {
            bool isLimited = double.IsFinite(cpus);
            changed = changed with
            {
                CpuQuota = isLimited ? Math.Max(1000, (long)Math.Round(cpus * CpuState.DefaultPeriod)) : null,
                CpuPeriod = isLimited ? (ulong)CpuState.DefaultPeriod : null,
            };
            unified.Remove("cpu.max");
        }
        if (limit.CpuWeight is { } weight)
        {
            changed = changed with { CpuShares = (ulong)SharesFor(weight) };
            unified.Remove("cpu.weight");
        }
        if (limit.CpusetCpus is { } processors)
        {
            changed = changed with { CpusetCpus = processors.Length == 0 ? null : processors };
            unified.Remove("cpuset.cpus");
        }
        if (limit.CpusetMems is { } nodes)
        {
            changed = changed with { CpusetMems = nodes.Length == 0 ? null : nodes };
            unified.Remove("cpuset.mems");
        }
        if (limit.PidsLimit is { } pids)
        {
            changed = changed with { PidsLimit = pids == Max ? -1 : pids };
            unified.Remove("pids.max");
        }
        if (limit.IOWeight is { } disks) changed = WithIOWeight(changed, disks, mounts, unified);
        if (limit.DeviceThrottles is { Count: > 0 } throttles) changed = changed with { Throttles = Merge(changed.Throttles, throttles) };
        return changed with { Unified = unified };
    }

    /// <summary>What a container of this configuration will be held to, in the one vocabulary; null where it says nothing.</summary>
    public static ContainerLimit ToLimit(ResourceSpec resources)
    {
        ContainerLimit limit = ResourceSettings.From(resources, LimitWords.Parameters).Limit;
        return limit with
        {
            MemoryHigh = Number(resources, High),
            MemorySwap = limit.MemorySwap ?? Number(resources, SwapMax),
            Cpus = resources.CpuQuota is > 0 and { } quota ? (double)quota / (resources.CpuPeriod ?? CpuState.DefaultPeriod) : null,
            CpuWeight = resources.CpuShares is { } shares ? Weights.OciSharesToWeight((long)shares) : null,
            IOWeight = Weight(resources, IOWeight) ?? (Weight(resources, BfqWeight) is { } bfq ? Weights.FromBfq(bfq)
                : resources.BlockIOWeight is { } oci ? Weights.FromBfq(oci) : null),
        };
    }

    /// <summary>
    /// The OCI shares that become exactly this weight again: the conversion rounds up, so the nearest shares may be one too
    /// many.
    /// </summary>
    public static long SharesFor(int weight)
    {
        long shares = Weights.ToShares(weight);
        while (shares > 2 && Weights.OciSharesToWeight(shares) > weight) shares--;
        return shares;
    }

    private static ResourceSpec WithMemory(ResourceSpec resources, ContainerLimit limit, CgroupMounts mounts, Dictionary<string, string> unified)
    {
        bool isV2 = mounts.Find(CgroupController.Memory)?.Version == CgroupVersion.V2;
        if (limit.MemoryLow is { } low)
        {
            resources = resources with { MemoryReservation = low == 0 ? null : low };
            unified.Remove("memory.low");
        }
        if (limit.MemoryHigh is { } high)
        {
            if (high == Max) unified.Remove(High);
            else unified[High] = CgroupText.V2(high);
        }
        if (limit.Memory is null && limit.MemorySwap is null) return resources;

        // OCI's swap counts both, so a new memory limit has to move it along: the swap allowed stays what it was.
        long? swap = limit.MemorySwap ?? ToLimit(resources).MemorySwap;
        long memory = limit.Memory ?? (resources.MemoryLimit is > 0 and { } known ? known : Max);
        unified.Remove("memory.max");
        unified.Remove(SwapMax);
        // Swap is limited and memory is not: OCI has no word for it, cgroup v2 has, and v1 can't do it.
        if (memory == Max && swap is not null and not Max && isV2) unified[SwapMax] = CgroupText.V2(swap.Value);
        return resources with
        {
            MemoryLimit = memory == Max ? null : memory,
            MemorySwap = swap switch
            {
                null => null,
                Max => -1,
                _ when memory == Max => null,
                { } alone => MemoryController.Sum(memory, alone),
            },
        };
    }

    private static ResourceSpec WithIOWeight(ResourceSpec resources, int weight, CgroupMounts mounts, Dictionary<string, string> unified)
    {
        unified.Remove(IOWeight);
        unified.Remove(BfqWeight);
        if (mounts.Find(CgroupController.BlockIO) is not { } mount) return resources;
        LimitTarget group = LimitTarget.New(mount.Below("/new"));
        if (!group.IsV1)
        {
            if (group.Has(IOWeight)) unified[IOWeight] = $"default {weight}";
            else unified[BfqWeight] = $"default {Weights.ToBfq(weight)}";
            return resources with { BlockIOWeight = null };
        }
        // OCI's weight begins at 10; what is less starts again as 10.
        int oci = group.Has("blkio.bfq.weight") ? Weights.ToBfq(weight) : Weights.ToBlkio(weight);
        return resources with { BlockIOWeight = (ushort)Math.Clamp(oci, 10, 1000) };
    }

    private static List<ThrottleSpec> Merge(IReadOnlyList<ThrottleSpec> known, IReadOnlyList<DeviceThrottle> wanted)
    {
        var all = known.ToList();
        foreach (DeviceThrottle throttle in wanted)
        {
            int at = all.FindIndex(other => other.Major == throttle.Major && other.Minor == throttle.Minor);
            ThrottleSpec before = at < 0 ? new ThrottleSpec((uint)throttle.Major, (uint)throttle.Minor) : all[at];
            ThrottleSpec after = before with
            {
                ReadBps = Rate(throttle.ReadBps, before.ReadBps), WriteBps = Rate(throttle.WriteBps, before.WriteBps),
                ReadIops = Rate(throttle.ReadIops, before.ReadIops), WriteIops = Rate(throttle.WriteIops, before.WriteIops),
            };
            if (at >= 0) all.RemoveAt(at);
            if ((after.ReadBps ?? after.WriteBps ?? after.ReadIops ?? after.WriteIops) is not null) all.Add(after);
        }
        return all;
    }

    private static ulong? Rate(long? wanted, ulong? before) => wanted switch { null => before, Max => null, { } rate => (ulong)rate };

    private static long? Number(ResourceSpec resources, string file) => resources.Unified.TryGetValue(file, out string? text) ? CgroupText.Number(text) : null;

    private static int? Weight(ResourceSpec resources, string file)
        => resources.Unified.TryGetValue(file, out string? text) ? (int?)(CgroupText.Flat(text, "default") ?? CgroupText.Number(text)) : null;
}
