using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Limits;

/// <summary>What a container or a process is held to, and by whom.</summary>
public sealed record LimitReport : LimitValues
{
    private LimitReport(ContainerLimit limit) : base(limit)
    {
    }

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

    /// <summary>The limits that really count: the smallest from the group up to the top, and which group holds it.</summary>
    public Listing<TightestLimit> Tightest { get; init; } = [];

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

    public override string ToString() => $"{Name}: {base.ToString()}";

    private static LimitReport Of(ContainerLimit limit, ContainerCgroup? cgroup) => new(limit)
    {
        Name = "",
        IsInForce = cgroup is not null,
        Cgroup = cgroup?.Path,
        Tightest = [.. cgroup?.TightestAncestor() ?? []],
    };
}
