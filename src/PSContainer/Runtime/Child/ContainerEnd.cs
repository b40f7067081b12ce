using PSContainer.Engine;
using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Child;

/// <summary>Clears what a container that has ended leaves: its cgroup, its published ports and its run folder. The kernel has done the rest.</summary>
internal static class ContainerEnd
{
    /// <returns>Its ports' release, whose nft may not have ended: who goes on living disposes of it, the others need not wait.</returns>
    public static PortRelease? Clear(Context context, RunState state) => Clear(context, state.Id, state.CgroupPath);

    /// <param name="cgroupPath">null where there is none.</param>
    /// <inheritdoc cref="Clear(Context, RunState)"/>
    public static PortRelease? Clear(Context context, string id, string? cgroupPath)
    {
        PortRelease? ports = null;
        Try(() => ports = PortState.BeginClear(context.Storage, id));
        if (cgroupPath is not null) ContainerCgroup.Open(cgroupPath).Remove();
        ClearNetwork(context, id, until: () => Try(() => ports?.Finish()));
        context.Runs.Release(id);
        return ports;
    }

    // Nobody is left to be told of a failure; the elements go with the table at the latest.
    private static void Try(Action step)
    {
        try
        {
            step();
        }
        catch (EngineException)
        {
        }
    }

    /// <summary>Gives back what it has on its networks. What takes the kernel long goes on without this process.</summary>
    /// <param name="until">Its ports lead nowhere from then on, and somebody else may have its address.</param>
    private static void ClearNetwork(Context context, string id, Action until)
    {
        if (!new NetworkAttachment(context.Storage).Detach(id, until)) return;
        int nothing = Files.Open("/dev/null", OpenFlags.ReadWrite);
        (int pidfd, _) = Spawn.Start("/proc/self/exe", ["pscontainer", "--data", context.Storage.Data, "--run", context.Storage.Run, "sweep"], [], [nothing, nothing, nothing], ownSession: true);
        Files.Close(pidfd);
        Files.Close(nothing);
    }
}
