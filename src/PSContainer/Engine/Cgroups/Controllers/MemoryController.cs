using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>What a group's memory limits are now, in bytes; the defaults are those of a new group.</summary>
internal sealed record MemoryState
{
    public long? Max { get; init; } = ContainerLimit.Unlimited;
    public long? High { get; init; } = ContainerLimit.Unlimited;
    public long? Low { get; init; } = 0;
    /// <summary>Swap alone; null where the kernel does not count it.</summary>
    public long? SwapMax { get; init; } = ContainerLimit.Unlimited;
}

/// <summary>
/// memory (cgroup-v2.rst "Memory"; cgroup-v1/memory.rst). v1 limits memory and swap together in memsw, refuses any
/// order of writes that would leave memory above memsw, and has no memory.high.
/// </summary>
internal static class MemoryController
{
    private const string Limit = "memory.limit_in_bytes", Memsw = "memory.memsw.limit_in_bytes", Soft = "memory.soft_limit_in_bytes";

    public static MemoryState Read(CgroupGroup group)
    {
        if (group.Version == CgroupVersion.V2)
        {
            return new()
            {
                Max = CgroupText.Number(group.Read("memory.max")),
                High = CgroupText.Number(group.Read("memory.high")),
                Low = CgroupText.Number(group.Read("memory.low")),
                SwapMax = CgroupText.Number(group.Read("memory.swap.max")),
            };
        }
        var max = CgroupText.Number(group.Read(Limit));
        var soft = CgroupText.Number(group.Read(Soft));
        return new()
        {
            Max = max,
            High = null,
            // A soft limit that is not set spares nothing.
            Low = soft == ContainerLimit.Unlimited ? 0 : soft,
            SwapMax = Difference(CgroupText.Number(group.Read(Memsw)), max),
        };
    }

    public static void Writes(LimitTarget target, MemoryState now, CgroupSettings wish, List<CgroupAction> writes)
    {
        if (target.IsV1) V1(target, now, wish, writes);
        else V2(target, wish, writes);
    }

    private static void V2(LimitTarget target, CgroupSettings wish, List<CgroupAction> writes)
    {
        if (wish.MemorySwappiness is not null) throw LimitTarget.NotSupported("cgroup v2 has no swappiness of a group.", $"Limit swap with {wish.Words.Of(nameof(ContainerLimit.MemorySwap))} instead.");
        if (wish.DisableOomKiller is true) throw LimitTarget.NotSupported("cgroup v2 can't switch the out-of-memory killer off.", $"Use {wish.Words.Of(nameof(ContainerLimit.MemoryHigh))}: it slows and never kills.");
        var limit = wish.Limit;
        // The limit that can fail (memory in use) comes first, so that the others need no undoing.
        if (limit.Memory is { } max) writes.Add(target.Write("memory.max", CgroupText.V2(max), "limit memory"));
        if (limit.MemorySwap is { } swap)
        {
            writes.Add(target.Write("memory.swap.max", CgroupText.V2(swap), "limit swap", wish.SwapIsOptional || swap == ContainerLimit.Unlimited ? [Errno.ENOENT] : []));
        }
        if (limit.MemoryHigh is { } high) writes.Add(target.Write("memory.high", CgroupText.V2(high), "slow down above this memory"));
        if (limit.MemoryLow is { } low) writes.Add(target.Write("memory.low", CgroupText.V2(low), "spare this memory"));
    }

    private static void V1(LimitTarget target, MemoryState now, CgroupSettings wish, List<CgroupAction> writes)
    {
        var limit = wish.Limit;
        if (limit.MemoryHigh is not (null or ContainerLimit.Unlimited))
        {
            throw LimitTarget.NotSupported("cgroup v1 has no memory.high, which slows a group down instead of killing it.", $"Limit its memory instead ({wish.Words.Of(nameof(ContainerLimit.Memory))}).");
        }
        if (limit.Memory is not null || limit.MemorySwap is not null) V1Size(target, now, wish, writes);
        if (limit.MemoryLow is { } low)
        {
            writes.Add(target.Write(Soft, low == 0 ? "-1" : CgroupText.V1(low), "reclaim down to this memory first when the machine runs short"));
        }
        if (wish.MemorySwappiness is { } swappiness) writes.Add(target.Write("memory.swappiness", swappiness.ToString(), "how readily to swap"));
        if (wish.DisableOomKiller is true) writes.Add(target.Write("memory.oom_control", "1", "wait instead of killing when memory runs out"));
    }

    private static void V1Size(LimitTarget target, MemoryState now, CgroupSettings wish, List<CgroupAction> writes)
    {
        var oldMax = now.Max ?? ContainerLimit.Unlimited;
        var max = wish.Limit.Memory ?? oldMax;
        // memsw holds both, so a new memory limit alone has to move it along: the swap allowed stays what it was.
        var swap = wish.Limit.MemorySwap ?? now.SwapMax ?? ContainerLimit.Unlimited;
        var setMax = wish.Limit.Memory is { } value ? target.Write(Limit, CgroupText.V1(value), "limit memory") : null;
        if (!target.Has(Memsw))
        {
            if (wish.Limit.MemorySwap is not (null or ContainerLimit.Unlimited) && !wish.SwapIsOptional)
            {
                throw LimitTarget.NotSupported("This kernel does not count swap by group (memory.memsw is missing).", "Boot with swapaccount=1, or leave swap unlimited.");
            }
            if (setMax is not null) writes.Add(setMax);
            return;
        }
        if (max == ContainerLimit.Unlimited && swap != ContainerLimit.Unlimited)
        {
            if (wish.Limit.MemorySwap is not null)
            {
                throw LimitTarget.NotSupported("cgroup v1 limits memory and swap together, so it can't limit swap where memory has no limit.", $"Set {wish.Words.Of(nameof(ContainerLimit.Memory))} as well.");
            }
            // Memory is set free while swap was limited: v1 can only set both free.
            swap = ContainerLimit.Unlimited;
        }
        var oldMemsw = Sum(oldMax, now.SwapMax ?? ContainerLimit.Unlimited);
        var memsw = Sum(max, swap);
        var setMemsw = memsw == oldMemsw ? null : target.Write(Memsw, CgroupText.V1(memsw), "limit memory and swap together");
        // EINVAL wherever memory would stand above memsw, even for a moment: raise memsw first, lower it last.
        if (max > oldMemsw) (setMax, setMemsw) = (setMemsw, setMax);
        if (setMax is not null) writes.Add(setMax);
        if (setMemsw is not null) writes.Add(setMemsw);
    }

    internal static long Sum(long max, long swap)
        => max == ContainerLimit.Unlimited || swap == ContainerLimit.Unlimited || max > ContainerLimit.Unlimited - swap ? ContainerLimit.Unlimited : max + swap;

    private static long? Difference(long? memsw, long? max)
        => memsw is not { } both ? null : both == ContainerLimit.Unlimited ? both : max is { } memory and not ContainerLimit.Unlimited ? Math.Max(0, both - memory) : 0;
}
