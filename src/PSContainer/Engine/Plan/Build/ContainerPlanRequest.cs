using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;

namespace PSContainer.Engine.Plan.Build;

/// <summary>Where a container's root comes from.</summary>
public abstract record RootSource
{
    /// <summary>A folder as it is (OCI's root.path).</summary>
    public sealed record Folder(string Path) : RootSource;

    /// <summary>Folders under a throwaway upper directory in memory, gone when the container ends.</summary>
    /// <param name="Lowers">Read-only folders, the topmost first.</param>
    /// <param name="MountPoint">An empty folder to mount on, in the container's own mount namespace only.</param>
    public sealed record Throwaway(IReadOnlyList<string> Lowers, string MountPoint) : RootSource;

    /// <summary>An image's layers under an upper directory that outlives the container's run.</summary>
    /// <param name="Name">The image, for errors.</param>
    /// <param name="Lowers">Read-only folders, the topmost first.</param>
    /// <param name="Writable">The folder with "upper" and "work" in it; null where a tmpfs has to serve.</param>
    /// <param name="MountPoint">An empty folder to mount on, in the container's own mount namespace only.</param>
    public sealed record Layers(string Name, IReadOnlyList<string> Lowers, string? Writable, string MountPoint) : RootSource
    {
        /// <summary>What is written need not outlive a power cut.</summary>
        public bool IsVolatile { get; init; }
    }
}

/// <summary>What the builder has to know of the machine; tests give a small world of their own.</summary>
/// <param name="IsDirectory">Whether a host path is a folder.</param>
public sealed record HostView(Func<string, bool> IsDirectory)
{
    public static readonly HostView Real = new(Directory.Exists);
}

/// <summary>Everything that a container's plan is built from.</summary>
public sealed record ContainerPlanRequest(RuntimeSpec Spec, RootSource Root, ContainerCgroupPlan Cgroup)
{
    public HostView Host { get; init; } = HostView.Real;

    /// <summary>Its interfaces, in a network namespace of its own.</summary>
    public IReadOnlyList<EndpointPlan> Endpoints { get; init; } = [];

    /// <summary>/etc/hosts and its kin; only over a throwaway root, which they are made in.</summary>
    public IReadOnlyList<NameFile> NameFiles { get; init; } = [];

    /// <summary>Which calls its programs may make; null for all.</summary>
    public CompiledFilter? Filter { get; init; }

    /// <summary>The child waits at the start fifo (create and start apart) instead of going on to execve at once.</summary>
    public bool WaitForStart { get; init; }

    /// <summary>The container is killed when its supervisor is.</summary>
    public bool DieWithParent { get; init; }

    /// <summary>PID 1 is the idle init instead of process.args.</summary>
    public bool Idle { get; init; }
}

/// <summary>Names of the slots that the executor's caller fills.</summary>
public static class GivenSlots
{
    public const string StandardInput = "stdin", StandardOutput = "stdout", StandardError = "stderr";
    public const string StartFifo = "start fifo", IdleProgram = "idle init", Parent = "parent pipe";
}
