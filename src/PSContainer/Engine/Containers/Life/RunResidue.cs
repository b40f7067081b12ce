using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Life;

/// <summary>What is left of a container's run where its supervisor could not clear up, because it was killed.</summary>
internal static class RunResidue
{
    /// <summary>
    /// Waits for the container's lock, which its supervisor holds to its last moment, and takes away under it what is left: nobody starts the
    /// container meanwhile. false where somebody has started it by now.
    /// </summary>
    /// <param name="also">What else is to be done as long as nobody can start it.</param>
    /// <exception cref="OperationCanceledException"/>
    /// <exception cref="EngineException">SupervisorHangs, CgroupBusy, and what stands against the firewall's change.</exception>
    public static bool TryClear(StorageRoot root, string id, CancellationToken cancelled = default, Action? also = null)
    {
        const int patience = 10_000, pause = 2;
        for (long end = Environment.TickCount64 + patience; !TryClearNow(root, id, also); Thread.Sleep(pause))
        {
            if (StateOf(root, id) is { Init.IsAlive: true }) return false;
            cancelled.ThrowIfCancellationRequested();
            if (Environment.TickCount64 > end)
                throw new EngineException("SupervisorHangs", Reason.TimedOut, $"The supervisor of '{ContainerId.Short(id)}' neither runs its container nor ends.", "See what it does (ps -C pscontainer); Repair-ContainerStorage clears what it leaves.");
        }
        return true;
    }

    private static bool TryClearNow(StorageRoot root, string id, Action? also)
    {
        FileLock? held;
        try
        {
            held = FileLock.TryTake(root.ContainerLock(id));
            if (held is null) return false;
        }
        catch (KernelException removed) when (removed.Errno == Errno.ENOENT)
        {
            // Without a record there is nobody who could start.
            held = null;
        }
        using (held)
        {
            Clear(root, id);
            also?.Invoke();
        }
        return true;
    }

    private static void Clear(StorageRoot root, string id)
    {
        // Made before anything else of a run, and taken away behind all of it.
        if (!Directory.Exists(root.RunFolder(id))) return;
        // Where its making was cut off before anything was on record, or the record is spoilt, what it has is where it always is.
        string? cgroup = StateOf(root, id) is { } state ? state.CgroupPath : CgroupPath.Default(id);
        if (cgroup is not null) ContainerCgroup.Open(cgroup).Remove();
        // Until its ports lead nowhere, nobody else may have its address.
        PortState.Clear(root, id);
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
