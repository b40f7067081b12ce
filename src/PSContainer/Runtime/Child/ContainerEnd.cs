using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Networks;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Child;

/// <summary>Clears what a container that has ended leaves: its cgroup and its run folder. The kernel has done the rest.</summary>
internal static class ContainerEnd
{
    public static void Clear(Context context, RunState state)
    {
        ClearNetwork(context, state.Id);
        if (state.CgroupPath is { } path) ContainerCgroup.Open(path).Remove();
        context.Runs.Release(state.Id);
    }

    /// <summary>Gives back what it has on its networks. What takes the kernel long goes on without this process.</summary>
    public static void ClearNetwork(Context context, string id)
    {
        if (!new NetworkAttachment(context.Storage).Detach(id)) return;
        int nothing = Files.Open("/dev/null", OpenFlags.ReadWrite);
        (int pidfd, _) = Spawn.Start("/proc/self/exe", ["pscontainer", "--data", context.Storage.Data, "--run", context.Storage.Run, "sweep"], [], [nothing, nothing, nothing], ownSession: true);
        Files.Close(pidfd);
        Files.Close(nothing);
    }
}
