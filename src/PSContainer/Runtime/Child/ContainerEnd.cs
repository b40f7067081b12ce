using PSContainer.Engine;
using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Child;

/// <summary>Clears what a container that has ended leaves: its cgroup, its published ports and its run folder. The kernel has done the rest.</summary>
internal static class ContainerEnd
{
    /// <returns>The firewall's change, whose nft may not have ended: who goes on living disposes of it, the others need not wait.</returns>
    public static FirewallRun? Clear(Context context, RunState state)
    {
        FirewallRun? run = null;
        Try(() => run = PortState.BeginClear(context.Storage, state.Id));
        if (state.CgroupPath is { } path) ContainerCgroup.Open(path).Remove();
        // Until its ports lead nowhere, nobody else may have its address.
        Try(() => run?.Finish());
        ClearNetwork(context, state.Id);
        context.Runs.Release(state.Id);
        return run;
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
    public static void ClearNetwork(Context context, string id)
    {
        if (!new NetworkAttachment(context.Storage).Detach(id)) return;
        int nothing = Files.Open("/dev/null", OpenFlags.ReadWrite);
        (int pidfd, _) = Spawn.Start("/proc/self/exe", ["pscontainer", "--data", context.Storage.Data, "--run", context.Storage.Run, "sweep"], [], [nothing, nothing, nothing], ownSession: true);
        Files.Close(pidfd);
        Files.Close(nothing);
    }
}
