using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>What is left of a container's run where its supervisor could not clear up, because it was killed.</summary>
internal static class RunResidue
{
    /// <summary>
    /// Waits for the container's lock, which its supervisor holds to its last moment, and takes away under it what is left: nobody starts the
    /// container meanwhile. false where somebody has started it by now.
    /// </summary>
    /// <exception cref="OperationCanceledException"/>
    /// <exception cref="EngineException">SupervisorHangs, CgroupBusy, and what stands against the firewall's change.</exception>
    public static bool TryClear(StorageRoot root, string id, CancellationToken cancelled = default)
    {
        const int patience = 10_000, pause = 2;
        string folder = root.ContainerFolder(id), path = Path.Combine(folder, ContainerRecord.LockName);
        for (long end = Environment.TickCount64 + patience; ; Thread.Sleep(pause))
        {
            // Without a record there is nobody who could start.
            if (!Directory.Exists(folder))
            {
                Clear(root, id);
                return true;
            }
            using (FileLock? held = FileLock.TryTake(path))
            {
                if (held is not null)
                {
                    Clear(root, id);
                    return true;
                }
            }
            if (StateOf(root, id) is { Init.IsAlive: true }) return false;
            cancelled.ThrowIfCancellationRequested();
            if (Environment.TickCount64 > end)
                throw new EngineException("SupervisorHangs", Reason.TimedOut, $"The supervisor of '{ContainerId.Short(id)}' neither runs its container nor ends.", "See what it does (ps -C pscontainer); Repair-ContainerStorage clears what it leaves.");
        }
    }

    private static void Clear(StorageRoot root, string id)
    {
        if (Directory.Exists(root.RunFolder(id)))
        {
            // Where its making was cut off before anything was on record, or the record is spoilt, what it has is where it always is.
            string? cgroup = StateOf(root, id) is { } state ? state.CgroupPath : CgroupPath.Default(id);
            if (cgroup is not null) ContainerCgroup.Open(cgroup).Remove();
            // Until its ports lead nowhere, nobody else may have its address.
            PortState.Clear(root, id);
        }
        NetworkSweep.Release(root, id);
        new RunStore(root).Release(id);
    }

    private static RunState? StateOf(StorageRoot root, string id)
    {
        try
        {
            return RunState.Read(root.RunFolder(id));
        }
        catch (EngineException)
        {
            return null;
        }
    }
}
