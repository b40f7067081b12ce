using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;

namespace PSContainer.Engine.Containers.Limits;

/// <summary>
/// What a container or a process is held to, under the names that set it. Sizes are bytes, <see cref="ContainerLimit.Unlimited"/>
/// where there is no limit; null: this machine has no such limit.
/// </summary>
public sealed record LimitReport
{
    /// <summary>The container's name, or the process's.</summary>
    public required string Name { get; init; }

    /// <summary>The container's; null for a process.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The process, or the container's first; null where none runs.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The kernel holds these limits now; else they are what the next start will set.</summary>
    public bool IsInForce { get; init; }

    /// <summary>The group that holds them; null where nothing runs.</summary>
    public string? Cgroup { get; init; }

    public long? Memory { get; init; }
    public long? MemoryHigh { get; init; }
    public long? MemoryLow { get; init; }

    /// <summary>Bytes of swap alone.</summary>
    public long? MemorySwap { get; init; }

    /// <summary>Processors' worth of time; infinity where there is no limit.</summary>
    public double? Cpus { get; init; }

    /// <summary>1 to 10000, 100 where nobody said anything.</summary>
    public int? CpuWeight { get; init; }
    public string? CpusetCpus { get; init; }
    public string? CpusetMems { get; init; }
    public long? PidsLimit { get; init; }
    public int? IOWeight { get; init; }
    public IReadOnlyList<DeviceThrottle> DeviceThrottles { get; init; } = [];

    /// <summary>The limits that really count: the smallest from the group up to the top, and which group holds it.</summary>
    public IReadOnlyList<TightestLimit> Tightest { get; init; } = [];

    /// <exception cref="EngineException">ConfigInvalid, StateCorrupt.</exception>
    public static LimitReport Of(Container container, ContainerLimits limits)
    {
        ContainerCgroup? cgroup = container.Cgroup;
        return Of(cgroup?.ReadLimit() ?? limits.Configured(container), cgroup) with
        {
            Name = container.Name, ContainerId = container.Id, ProcessId = container.Pid,
        };
    }

    /// <exception cref="EngineException">ProcessNotFound, CgroupUnreachable.</exception>
    public static LimitReport Of(int processId)
    {
        ContainerCgroup cgroup = ContainerCgroup.ForProcess(processId);
        return Of(cgroup.ReadLimit(), cgroup) with
        {
            Name = CgroupFile.TryRead($"/proc/{processId}/comm")?.TrimEnd('\n') ?? "", ProcessId = processId,
        };
    }

    private static LimitReport Of(ContainerLimit limit, ContainerCgroup? cgroup) => new()
    {
        Name = "",
        IsInForce = cgroup is not null,
        Cgroup = cgroup?.Path,
        Memory = limit.Memory,
        MemoryHigh = limit.MemoryHigh,
        MemoryLow = limit.MemoryLow,
        MemorySwap = limit.MemorySwap,
        Cpus = limit.Cpus,
        CpuWeight = limit.CpuWeight,
        CpusetCpus = limit.CpusetCpus,
        CpusetMems = limit.CpusetMems,
        PidsLimit = limit.PidsLimit,
        IOWeight = limit.IOWeight,
        DeviceThrottles = limit.DeviceThrottles ?? [],
        Tightest = cgroup?.TightestAncestor() ?? [],
    };
}
