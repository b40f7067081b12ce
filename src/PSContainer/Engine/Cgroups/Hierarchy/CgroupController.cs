namespace PSContainer.Engine.Cgroups.Hierarchy;

/// <summary>The two interfaces of the kernel (cgroups(7)).</summary>
public enum CgroupVersion { V1 = 1, V2 = 2 }

/// <summary>What of a container is limited, counted or held by one controller.</summary>
public enum CgroupController { Cpu, CpuAcct, Cpuset, Memory, Devices, Freezer, BlockIO, Pids, Hugetlb }

/// <summary>The controllers' names in both interfaces.</summary>
public static class CgroupControllerName
{
    /// <summary>The controllers that every container joins; others only when a setting asks for them.</summary>
    internal static readonly CgroupController[] Joined =
    [
        CgroupController.Cpu, CgroupController.CpuAcct, CgroupController.Cpuset, CgroupController.Memory,
        CgroupController.Devices, CgroupController.Freezer, CgroupController.BlockIO, CgroupController.Pids,
    ];

    /// <summary>
    /// What v2 enables for every container, so that its use can be read: cpuset has nothing to count and makes
    /// each migration dearer, so it waits until it is asked for.
    /// </summary>
    internal static readonly CgroupController[] Counting =
        [CgroupController.Cpu, CgroupController.Memory, CgroupController.BlockIO, CgroupController.Pids];

    public static string V1(CgroupController controller) => controller switch
    {
        CgroupController.Cpu => "cpu",
        CgroupController.CpuAcct => "cpuacct",
        CgroupController.Cpuset => "cpuset",
        CgroupController.Memory => "memory",
        CgroupController.Devices => "devices",
        CgroupController.Freezer => "freezer",
        CgroupController.BlockIO => "blkio",
        CgroupController.Pids => "pids",
        _ => "hugetlb",
    };

    /// <summary>
    /// The name in cgroup.controllers; null where v2 has it in the core: cpu time is in every group's cpu.stat, the
    /// freezer is cgroup.freeze, and devices are an eBPF program.
    /// </summary>
    public static string? V2(CgroupController controller) => controller switch
    {
        CgroupController.CpuAcct or CgroupController.Devices or CgroupController.Freezer => null,
        CgroupController.BlockIO => "io",
        _ => V1(controller),
    };
}
