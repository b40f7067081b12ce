using PSContainer.Engine.State;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Life;

/// <summary>Waiting for a container's end, and bringing it about.</summary>
internal sealed class ContainerEnding(ContainerEngine engine, StorageRoot root)
{
    private const int Kill = 9, Slice = 100;
    private static readonly TimeSpan s_killTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Waits until the supervisor has written how it ended and has cleared up.</summary>
    public ContainerExit Wait(Container container, TimeSpan? timeout, CancellationToken cancelled)
    {
        string folder = root.ContainerFolder(container.Id);
        // Opened before the wait: a container that removes itself takes the path away, not the file.
        int file = Files.TryOpen(Path.Combine(folder, ExitRecord.FileName), OpenFlags.ReadOnly);
        try
        {
            if (container.Run?.Supervisor is { } supervisor && supervisor.Open() is >= 0 and var pidfd)
            {
                try
                {
                    if (!WaitEnd(pidfd, timeout, cancelled))
                        throw new EngineException("ContainerStillRunning", Reason.TimedOut, $"The container '{container.Name}' still runs after {timeout!.Value.TotalSeconds:0.###} seconds.", "Wait longer, or stop it (Stop-Container).");
                }
                finally
                {
                    Files.Close(pidfd);
                }
            }
            else if (container.Status == ContainerStatus.Created)
                throw new EngineException("ContainerNotStarted", Reason.WrongState, $"The container '{container.Name}' has not been started.", "Start it first (Start-Container).");
            else WaitCleared(container, timeout, cancelled);
            ExitRecord? exit = file < 0 ? null : ReadExit(file);
            return new ContainerExit(container.Name, container.Id, exit?.Code, exit?.OomKilled ?? false, exit?.Finished);
        }
        finally
        {
            if (file >= 0) Files.Close(file);
        }
    }

    /// <summary>Asks with a signal, kills when the time is over, and waits for the clearing.</summary>
    /// <param name="signal">null: the image's, else TERM.</param>
    /// <exception cref="EngineException">SignalUnknown, ContainerHangs, SupervisorHangs.</exception>
    public void Stop(Container container, string? signal, TimeSpan timeout, CancellationToken cancelled)
    {
        signal ??= container.Record.StopSignal ?? "TERM";
        int number = SignalName.Parse(signal)
            ?? throw new EngineException("SignalUnknown", Reason.InvalidInput, $"'{Printable.Of(signal)}' is no signal.", "Use a name such as TERM, or a number from 1 to 64.");
        Stop(container, number, timeout, cancelled);
    }

    private void Stop(Container container, int signal, TimeSpan timeout, CancellationToken cancelled)
    {
        // By now somebody may have started what was dead when it was looked at.
        for (; !container.IsAlive; container = engine.Probe(container.Record))
            if (RunResidue.TryClear(root, container.Id, cancelled)) return;
        int init = container.Run!.Init.Open();
        int supervisor = container.Run.Supervisor?.Open() ?? -1;
        try
        {
            if (init >= 0)
            {
                if (timeout > TimeSpan.Zero) Processes.Signal(init, signal);
                // A frozen process takes no signal but the last one.
                if (container.Status == ContainerStatus.Paused) container.Cgroup?.Thaw();
                if (timeout <= TimeSpan.Zero || !WaitEnd(init, timeout, cancelled)) Processes.Signal(init, Kill);
                if (!WaitEnd(init, s_killTimeout, cancelled))
                    throw new EngineException("ContainerHangs", Reason.TimedOut, $"The first process of '{container.Name}' ({container.Pid}) does not end, even killed.", "It hangs in the kernel (state D in ps); try again later.");
            }
            if (supervisor >= 0 && !WaitEnd(supervisor, s_killTimeout, cancelled))
                throw new EngineException("SupervisorHangs", Reason.TimedOut, $"The supervisor of '{container.Name}' does not end.", "Repair-ContainerStorage clears what it leaves.");
            // A program that changes its user outlives its supervisor (prctl(2), PR_SET_PDEATHSIG), and nobody else clears up.
            if (supervisor < 0) RunResidue.TryClear(root, container.Id, cancelled);
        }
        finally
        {
            if (init >= 0) Files.Close(init);
            if (supervisor >= 0) Files.Close(supervisor);
        }
    }

    public void Remove(Container container, bool force)
    {
        for (; ; container = engine.Probe(container.Record))
        {
            if (force) Stop(container, Kill, TimeSpan.Zero, CancellationToken.None);
            else if (container.IsAlive)
                throw new EngineException("ContainerRunning", Reason.WrongState, $"The container '{container.Name}' is {container.Status.ToString().ToLowerInvariant()}.", "Stop it first, or use -Force.");
            if (RunResidue.TryClear(root, container.Id, also: () => engine.Store.Discard(container.Id, container.Name))) return;
        }
    }

    /// <summary>
    /// Waits for a supervisor that has taken its run folder away already, but not ended: it holds the lock to its last moment.
    /// </summary>
    private void WaitCleared(Container container, TimeSpan? timeout, CancellationToken cancelled)
    {
        const int pause = 2;
        int file = Files.TryOpen(root.ContainerLock(container.Id), OpenFlags.ReadWrite);
        if (file < 0) return;
        try
        {
            long end = timeout is { } limit ? Environment.TickCount64 + (long)limit.TotalMilliseconds : long.MaxValue;
            while (!Files.TryLock(file) && Environment.TickCount64 < end)
            {
                cancelled.ThrowIfCancellationRequested();
                Thread.Sleep(pause);
            }
        }
        finally
        {
            Files.Close(file);
        }
    }

    /// <summary>In slices, so that Ctrl+C is heard; true once it has ended.</summary>
    private static bool WaitEnd(int pidfd, TimeSpan? timeout, CancellationToken cancelled)
    {
        long end = timeout is { } limit ? Environment.TickCount64 + (long)limit.TotalMilliseconds : long.MaxValue;
        while (true)
        {
            long left = end - Environment.TickCount64;
            if (Processes.WaitEnd(pidfd, (int)Math.Clamp(left, 0, Slice))) return true;
            if (left <= 0) return false;
            cancelled.ThrowIfCancellationRequested();
        }
    }

    private static ExitRecord? ReadExit(int file)
    {
        var buffer = new byte[1024];
        int count = Files.Read(file, buffer);
        return count > 0 ? ExitRecord.Parse(buffer.AsMemory(0, count)) : null;
    }
}
