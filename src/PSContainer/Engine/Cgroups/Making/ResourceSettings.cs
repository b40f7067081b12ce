using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Spec;

namespace PSContainer.Engine.Cgroups.Making;

/// <summary>linux.resources of a configuration in the words of the cgroup room.</summary>
public static class ResourceSettings
{
    /// <param name="resources">What the configuration says.</param>
    /// <param name="words">How errors call the limits: as parameters where a cmdlet has written the configuration.</param>
    public static CgroupSettings From(ResourceSpec resources, LimitWords words) => new()
    {
        Words = words,
        Limit = new ContainerLimit
        {
            Memory = Unlimited(resources.MemoryLimit),
            MemoryLow = Unlimited(resources.MemoryReservation),
            MemorySwap = Swap(resources),
            CpusetCpus = resources.CpusetCpus,
            CpusetMems = resources.CpusetMems,
            PidsLimit = resources.PidsLimit is <= 0 ? ContainerLimit.Unlimited : resources.PidsLimit,
            DeviceThrottles = resources.Throttles.Count == 0 ? null : [.. resources.Throttles.Select(Throttle)],
        },
        // Every runtime allows the nodes of its own minimal /dev, whatever the configuration lists (config-linux.md).
        Devices = [.. resources.Devices.Select(rule => DeviceRule.FromOci(rule.Allow, rule.Type.ToString(), rule.Major, rule.Minor, rule.Access)), .. DeviceRule.Defaults.Where(rule => rule.Allow)],
        Unified = resources.Unified.Count == 0 ? null : resources.Unified,
        CpuShares = (long?)resources.CpuShares,
        CpuQuota = resources.CpuQuota,
        CpuPeriod = (long?)resources.CpuPeriod,
        BlockIOWeight = resources.BlockIOWeight,
        // OCI sets no lower bound; the kernel does.
        MinimumMemory = 0,
    };

    private static long? Unlimited(long? value) => value < 0 ? ContainerLimit.Unlimited : value;

    // OCI counts memory and swap together; cgroup v2, and so this house, swap alone.
    private static long? Swap(ResourceSpec resources) => resources.MemorySwap switch
    {
        null => null,
        < 0 => ContainerLimit.Unlimited,
        { } both when resources.MemoryLimit is { } memory && memory > 0 => Math.Max(0, both - memory),
        _ => throw new EngineException("ConfigInvalid", Reason.InvalidInput, "linux.resources.memory.swap is given without a limit.", "Set memory.limit as well."),
    };

    private static DeviceThrottle Throttle(ThrottleSpec throttle) => new((int)throttle.Major, (int)throttle.Minor)
    {
        ReadBps = (long?)throttle.ReadBps, WriteBps = (long?)throttle.WriteBps, ReadIops = (long?)throttle.ReadIops, WriteIops = (long?)throttle.WriteIops,
    };
}
