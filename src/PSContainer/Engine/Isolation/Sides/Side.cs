using PSContainer.Engine.Namespaces;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Isolation.Sides;

/// <summary>One side of a comparison as it was when it was looked at. What could not be seen is null.</summary>
public sealed record Side
{
    /// <summary>How sentences call this machine.</summary>
    public const string MachineName = "this machine";

    /// <summary><see cref="MachineName"/>, a container's name, or a process's.</summary>
    public required string Name { get; init; }

    /// <summary>This machine: what this session sees, and for whose rights the machine's first process stands.</summary>
    public bool IsMachine { get; init; }

    public int ProcessId { get; init; }
    public string? ContainerName { get; init; }
    public string? ContainerId { get; init; }

    /// <summary>What a container of ours is made of.</summary>
    public string? Image { get; init; }

    /// <summary>By <see cref="NamespaceType"/>; 0 for what can't be seen, or what this kernel lacks.</summary>
    public IReadOnlyList<ulong> Namespaces { get; init; } = new ulong[8];

    public ProcStatus Status { get; init; } = new();

    /// <summary>Its cgroup as /proc tells it here: "/pscontainer-3f1c".</summary>
    public string? Cgroup { get; init; }

    public IdMap? Uids { get; init; }
    public IdMap? Gids { get; init; }

    public MountSight? Mounts { get; init; }
    public RootSight? Root { get; init; }
    public NetworkSight Network { get; init; } = new();
    public InsideSight? Inside { get; init; }
    public ResourceSight Resources { get; init; } = new();

    /// <summary>Seconds that are added to CLOCK_MONOTONIC and CLOCK_BOOTTIME (time_namespaces(7)).</summary>
    public (string Monotonic, string Boot)? TimeOffsets { get; init; }

    /// <summary>"Linux 6.18.44".</summary>
    public string? Kernel { get; init; }

    public ulong NamespaceOf(NamespaceType type) => Namespaces[(int)type];
}
