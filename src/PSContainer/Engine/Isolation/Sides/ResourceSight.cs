using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;

namespace PSContainer.Engine.Isolation.Sides;

/// <summary>What a process's cgroup, and those above it, let it use; null for what nobody limits.</summary>
public sealed record ResourceSight
{
    private static readonly string[] s_limits = [nameof(ContainerLimit.Memory), nameof(ContainerLimit.Cpus), nameof(ContainerLimit.PidsLimit)];

    public TightestLimit? Memory { get; init; }
    public TightestLimit? Cpus { get; init; }
    public TightestLimit? Processes { get; init; }

    /// <summary>The file that holds it: "memory.max", in v1 "memory.limit_in_bytes".</summary>
    public string MemoryFile { get; init; } = "memory.max";
    public string CpuFile { get; init; } = "cpu.max";

    /// <summary>The cgroups could be read.</summary>
    public bool IsSeen { get; init; }

    public static ResourceSight Read(int pid, CgroupMounts mounts)
    {
        try
        {
            var sight = new ResourceSight
            {
                IsSeen = true,
                MemoryFile = mounts.Find(CgroupController.Memory)?.Version == CgroupVersion.V1 ? "memory.limit_in_bytes" : "memory.max",
                CpuFile = mounts.Find(CgroupController.Cpu)?.Version == CgroupVersion.V1 ? "cpu.cfs_quota_us" : "cpu.max",
            };
            foreach (TightestLimit limit in ContainerCgroup.ForProcess(pid, mounts).TightestAncestor(s_limits))
            {
                sight = limit.Limit switch
                {
                    nameof(ContainerLimit.Memory) => sight with { Memory = limit },
                    nameof(ContainerLimit.Cpus) => sight with { Cpus = limit },
                    nameof(ContainerLimit.PidsLimit) => sight with { Processes = limit },
                    _ => sight,
                };
            }
            return sight;
        }
        catch (Exception unseen) when (unseen is EngineException or PSContainer.Kernel.KernelException)
        {
            return new ResourceSight();
        }
    }
}
