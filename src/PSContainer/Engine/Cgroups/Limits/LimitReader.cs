using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;

namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>Reads a cgroup's limits back in the one vocabulary.</summary>
internal static class LimitReader
{
    public static ContainerLimit Read(ContainerCgroup cgroup)
    {
        var memory = cgroup.Group(CgroupController.Memory) is { } m ? MemoryController.Read(m) : new() { Max = null, High = null, Low = null, SwapMax = null };
        var cpu = cgroup.Group(CgroupController.Cpu) is { } c ? CpuController.Read(c) : null;
        var (cpus, mems) = cgroup.Group(CgroupController.Cpuset) is { } s ? CpusetController.Read(s) : (null, null);
        var io = cgroup.Group(CgroupController.BlockIO);
        return new()
        {
            Memory = memory.Max,
            MemoryHigh = memory.High,
            MemoryLow = memory.Low,
            MemorySwap = memory.SwapMax,
            Cpus = cpu?.Cpus,
            CpuWeight = cpu?.Weight,
            CpusetCpus = cpus,
            CpusetMems = mems,
            PidsLimit = cgroup.Group(CgroupController.Pids) is { } p ? PidsController.Read(p) : null,
            IOWeight = io is null ? null : BlockIOController.ReadWeight(io),
            DeviceThrottles = io is null ? null : BlockIOController.ReadThrottles(io),
        };
    }
}
