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
    public static void Clear(Context context, RunState state)
    {
        using (FirewallRun? run = BeginUnpublishing(context, state.Id))
        {
            if (state.CgroupPath is { } path) ContainerCgroup.Open(path).Remove();
        }
        ClearNetwork(context, state.Id);
        context.Runs.Release(state.Id);
    }

    // Nobody is left to be told of a failure; the elements go with the table at the latest.
    private static FirewallRun? BeginUnpublishing(Context context, string id)
    {
        try
        {
            return PortState.BeginClear(context.Storage, id);
        }
        catch (EngineException)
        {
            return null;
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
