using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;

namespace PSContainer.Runtime.Child;

/// <summary>Clears what a container that has ended leaves: its cgroup, its published ports and its run folder. The kernel has done the rest.</summary>
internal static class ContainerEnd
{
    public static void Clear(Context context, RunState state)
    {
        if (state.CgroupPath is { } path) ContainerCgroup.Open(path).Remove();
        PortState.Clear(context.Storage, state.Id);
        context.Runs.Release(state.Id);
    }
}
