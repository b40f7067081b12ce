using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Host;

/// <summary>This machine, as far as containers are concerned: what docker info tells, from the kernel at the moment of asking.</summary>
public sealed record ContainerHost
{
    public required string Name { get; init; }

    /// <summary>The version of PSContainer.</summary>
    public required string Version { get; init; }

    /// <summary>As os-release(5) calls itself: "Debian GNU/Linux 12 (bookworm)".</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>uname -r.</summary>
    public required string Kernel { get; init; }

    /// <summary>"X64", "Arm64".</summary>
    public required string Architecture { get; init; }

    /// <summary>Processors that this session may use.</summary>
    public int Processors { get; init; }

    /// <summary>Bytes.</summary>
    public long MemoryTotal { get; init; }

    /// <summary>Bytes; 0 where there is no swap.</summary>
    public long SwapTotal { get; init; }

    public CgroupLayout CgroupLayout { get; init; }

    /// <summary>Every controller, and which hierarchy has it.</summary>
    public Listing<HostController> CgroupControllers { get; init; } = [];

    /// <summary>What lasts: records, logs, images.</summary>
    public required StorageSpace Data { get; init; }

    /// <summary>What ends with the machine's run.</summary>
    public required StorageSpace Run { get; init; }

    /// <summary>The executable that supervises containers.</summary>
    public required string Executable { get; init; }

    /// <summary>Containers that there are, in any state.</summary>
    public int Containers { get; init; }
    public int Running { get; init; }
    public int Paused { get; init; }
    public int Created { get; init; }
    public int Stopped { get; init; }

    /// <summary>Kinds of namespaces that the kernel has: "mnt", "net", …</summary>
    public Listing<string> NamespaceTypes { get; init; } = [];

    public Listing<HostFeature> Features { get; init; } = [];

    /// <summary>The list of system calls that a container may make by default, and its version.</summary>
    public required string SeccompProfile { get; init; }

    /// <summary>The effective user is root.</summary>
    public bool IsRoot { get; init; }

    public override string ToString() => Name;
}

/// <summary>A cgroup controller of this machine.</summary>
/// <param name="Name">As the kernel calls it in that hierarchy.</param>
/// <param name="Version">The interface.</param>
/// <param name="Directory">Where its hierarchy is mounted.</param>
public sealed record HostController(string Name, CgroupVersion Version, string Directory)
{
    public override string ToString() => Name;
}
