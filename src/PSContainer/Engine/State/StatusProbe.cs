using PSContainer.Engine.Cgroups;

namespace PSContainer.Engine.State;

/// <summary>A live container's status, read from the kernel: the process, the start fifo, the freezer.</summary>
public static class StatusProbe
{
    public static ContainerStatus Of(RunState state, string runFolder)
    {
        if (!state.Init.IsAlive) return ContainerStatus.Stopped;
        if (File.Exists(Path.Combine(runFolder, RunState.FifoName))) return ContainerStatus.Created;
        return state.CgroupPath is { } path && ContainerCgroup.Open(path).IsFrozen ? ContainerStatus.Paused : ContainerStatus.Running;
    }
}
