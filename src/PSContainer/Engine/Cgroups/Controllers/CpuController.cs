using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>What a group's processor limits are now; the defaults are those of a new group. Times in µs; quota -1: none.</summary>
internal sealed record CpuState
{
    public const long DefaultPeriod = 100_000;

    public long Quota { get; init; } = -1;
    public long Period { get; init; } = DefaultPeriod;
    public long Burst { get; init; }
    public bool Idle { get; init; }
    public int? Weight { get; init; } = 100;
    /// <summary>False where there is no bandwidth control (CONFIG_CFS_BANDWIDTH), or at the root.</summary>
    public bool HasBandwidth { get; init; } = true;

    public double? Cpus => !HasBandwidth ? null : Quota < 0 ? double.PositiveInfinity : (double)Quota / Period;
}

/// <summary>cpu (cgroup-v2.rst "CPU"; scheduler/sched-bwc.rst).</summary>
internal static class CpuController
{
    public static CpuState Read(CgroupGroup group)
    {
        CpuState bandwidth = ReadBandwidth(group);
        if (group.Version == CgroupVersion.V1)
        {
            return bandwidth with
            {
                Burst = CgroupText.Number(group.Read("cpu.cfs_burst_us")) ?? 0,
                Idle = CgroupText.Number(group.Read("cpu.idle")) == 1,
                Weight = CgroupText.Number(group.Read("cpu.shares")) is { } shares ? Weights.FromShares(shares) : null,
            };
        }
        return bandwidth with
        {
            Burst = CgroupText.Number(group.Read("cpu.max.burst")) ?? 0,
            Idle = CgroupText.Number(group.Read("cpu.idle")) == 1,
            Weight = (int?)CgroupText.Number(group.Read("cpu.weight")),
        };
    }

    /// <summary>Quota and period alone, all else as if it were new.</summary>
    public static CpuState ReadBandwidth(CgroupGroup group)
    {
        if (group.Version == CgroupVersion.V1)
        {
            var quota = CgroupText.Number(group.Read("cpu.cfs_quota_us"));
            return new()
            {
                HasBandwidth = quota is not null,
                Quota = quota ?? -1,
                Period = CgroupText.Number(group.Read("cpu.cfs_period_us")) ?? CpuState.DefaultPeriod,
            };
        }
        // "max 100000" or "50000 100000"
        var max = group.Read("cpu.max").AsSpan().Trim();
        var space = max.IndexOf(' ');
        var limited = space > 0 && !max[..space].SequenceEqual("max");
        return new()
        {
            HasBandwidth = space > 0,
            Quota = limited && long.TryParse(max[..space], out var q) ? q : -1,
            Period = space > 0 && long.TryParse(max[(space + 1)..], out var period) ? period : CpuState.DefaultPeriod,
        };
    }

    public static void Writes(LimitTarget target, CpuState now, CgroupSettings wish, List<CgroupAction> writes)
    {
        Weight(target, now, wish, writes);
        Bandwidth(target, now, wish, writes);
        if (wish.CpuRealtimePeriod is null && wish.CpuRealtimeRuntime is null) return;
        if (!target.IsV1) throw LimitTarget.NotSupported("cgroup v2 has no real-time limits.", "Leave realtimePeriod and realtimeRuntime out.");
        if (wish.CpuRealtimePeriod is { } period) writes.Add(target.Write("cpu.rt_period_us", period.ToString(), "period of real-time tasks"));
        if (wish.CpuRealtimeRuntime is { } runtime) writes.Add(target.Write("cpu.rt_runtime_us", runtime.ToString(), "time of real-time tasks in it"));
    }

    private static void Weight(LimitTarget target, CpuState now, CgroupSettings wish, List<CgroupAction> writes)
    {
        if (wish.CpuIdle is { } idle) writes.Add(target.Write("cpu.idle", idle.ToString(), "run only when nobody else wants to"));
        // The kernel refuses a weight for an idle group (sched_group_set_shares), and it would mean nothing.
        if ((wish.CpuIdle ?? (now.Idle ? 1 : 0)) == 1) return;
        if (wish.CpuShares is { } shares)
        {
            writes.Add(target.IsV1
                ? target.Write("cpu.shares", shares.ToString(), "share of processor time")
                : target.Write("cpu.weight", Weights.OciSharesToWeight(shares).ToString(), "share of processor time"));
        }
        else if (wish.Limit.CpuWeight is { } weight)
        {
            writes.Add(target.IsV1
                ? target.Write("cpu.shares", Weights.ToShares(weight).ToString(), "share of processor time")
                : target.Write("cpu.weight", weight.ToString(), "share of processor time"));
        }
    }

    private static void Bandwidth(LimitTarget target, CpuState now, CgroupSettings wish, List<CgroupAction> writes)
    {
        var cpus = wish.Limit.Cpus;
        if ((wish.CpuQuota ?? wish.CpuPeriod ?? wish.CpuBurst) is null && cpus is null) return;
        if (!now.HasBandwidth) throw LimitTarget.NotSupported("This kernel has no processor quota (CONFIG_CFS_BANDWIDTH).", $"Use {wish.Words.Of(nameof(ContainerLimit.CpuWeight))} or {wish.Words.Of(nameof(ContainerLimit.CpusetCpus))}.");
        var period = wish.CpuPeriod ?? (cpus is not null ? CpuState.DefaultPeriod : now.Period);
        var quota = wish.CpuQuota
            ?? (cpus is not { } count ? now.Quota : double.IsPositiveInfinity(count) ? -1 : Math.Max(1000, (long)Math.Round(count * period)));
        // A burst above the quota is refused, so it goes down before a lower quota and up after a higher one.
        var burst = wish.CpuBurst ?? now.Burst;
        if (quota >= 0 && burst > quota && wish.CpuBurst is null) burst = quota;
        if (burst < now.Burst) AddBurst(target, burst, writes);
        if (quota != now.Quota || period != now.Period || cpus is not null || wish.CpuQuota is not null) AddQuota(target, now, quota, period, writes);
        if (burst > now.Burst || (burst == now.Burst && wish.CpuBurst is not null)) AddBurst(target, burst, writes);
    }

    private static void AddBurst(LimitTarget target, long burst, List<CgroupAction> writes)
        => writes.Add(target.Write(target.IsV1 ? "cpu.cfs_burst_us" : "cpu.max.burst", burst.ToString(), "processor time that may be saved up"));

    private static void AddQuota(LimitTarget target, CpuState now, long quota, long period, List<CgroupAction> writes)
    {
        if (!target.IsV1)
        {
            writes.Add(target.Write("cpu.max", quota < 0 ? $"max {period}" : $"{quota} {period}", "limit processor time"));
            return;
        }
        var setPeriod = target.Write("cpu.cfs_period_us", period.ToString(), "period of the processor limit");
        var setQuota = target.Write("cpu.cfs_quota_us", quota.ToString(), "limit processor time");
        // v1 takes them one by one and refuses a state in between that exceeds the parent's share. A longer period first, or
        // a shorter one last, keeps the state in between below either end.
        if (period == now.Period) writes.Add(setQuota);
        else if (quota < 0) writes.AddRange([setQuota, setPeriod]);
        else if (period > now.Period) writes.AddRange([setPeriod, setQuota]);
        else writes.AddRange([setQuota, setPeriod]);
    }
}
