using System.Runtime.InteropServices;
using PSContainer.Engine;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Child;

/// <summary>A process that a plan has made.</summary>
/// <param name="Master">The master of its terminal, or -1.</param>
internal readonly record struct Born(int Pid, int Pidfd, int Master);

/// <summary>The parent's side of a plan: prepares, clones, and listens until the child is where it should be.</summary>
internal sealed class ChildStart(SyscallPlan plan, string root)
{
    // Above every number that the plan itself gives a meaning to.
    private const int LowestOwn = 64;

    /// <summary>Takes the descriptor through which the filter's questions are answered, and the pid of the new process.</summary>
    public Action<int, int>? Listener { get; init; }

    private readonly Dictionary<string, int> _given = [];
    private readonly List<int> _ours = [];

    /// <summary>Fills one of the plan's slots.</summary>
    public void Give(string slot, int descriptor) => _given[slot] = descriptor;

    /// <summary>Fills a slot with a descriptor that is this start's own to close.</summary>
    public void GiveOwn(string slot, int descriptor)
    {
        int moved = Sockets.MoveUp(descriptor, LowestOwn);
        _ours.Add(moved);
        Give(slot, moved);
    }

    /// <summary>Runs the plan up to execve, or up to Ready where the child then waits for its start.</summary>
    /// <param name="untilReady">Return at Ready instead of at execve.</param>
    /// <param name="born">Called as soon as the child exists: what must be on record before it goes on.</param>
    /// <exception cref="EngineException">A step failed; the child is gone then.</exception>
    public Born Run(bool untilReady, Action<int>? born = null)
    {
        using var compiled = new CompiledPlan(plan);
        (int ours, int theirs) = Sockets.Pair(LowestOwn);
        try
        {
            foreach ((string slot, int descriptor) in _given) compiled.Give(slot, descriptor);
            compiled.Give(GivenSlots.Parent, theirs);

            int failed = PlanExecutor.Prepare(compiled, out Errno errno);
            if (failed >= 0) throw PlanFailure.Explain(plan.Prepare[failed], errno, root);
            int pid = PlanExecutor.Start(compiled, theirs, out int pidfd, out int between);
            if (between >= 0) throw PlanFailure.Explain(plan.Between[between], (Errno)(-pid), root);
            if (pid < 0) throw CloneFailed((Errno)(-pid));
            Files.Close(theirs);
            theirs = -1;
            try
            {
                born?.Invoke(pid);
                return new Born(pid, pidfd, Listen(ours, pid, pidfd, untilReady));
            }
            catch
            {
                const int kill = 9;
                Processes.Signal(pidfd, kill);
                Processes.Reap(pidfd, wait: true);
                Files.Close(pidfd);
                throw;
            }
        }
        finally
        {
            Files.Close(ours);
            if (theirs >= 0) Files.Close(theirs);
            foreach (int descriptor in _ours) Files.Close(descriptor);
        }
    }

    /// <summary>The terminal's master that came, or -1.</summary>
    private int Listen(int socket, int pid, int pidfd, bool untilReady)
    {
        int master = -1;
        bool ready = false;
        Span<ChildMessage> message = stackalloc ChildMessage[1];
        while (true)
        {
            int count = Files.Read(socket, MemoryMarshal.AsBytes(message));
            if (count < 0) throw new KernelException("read", Syscall.Last, "the child's socket");
            // The socket closes on execve; without "ready" before, it was death that closed it.
            if (count == 0) return ready ? master : throw Killed();
            switch (message[0].Kind)
            {
                case ChildMessage.Failed:
                    throw PlanFailure.Explain(plan.Child[message[0].Value], (Errno)message[0].Errno, root);
                case ChildMessage.Ready:
                    if (untilReady) return master;
                    ready = true;
                    break;
                case ChildMessage.Descriptor:
                    master = Take(pidfd, message[0].Value);
                    // Before the answer: the program's first look at its terminal finds the right size.
                    Terminal.CopySize(0, master);
                    Files.Write(socket, [1]);
                    break;
                case ChildMessage.Listener:
                    int listener = Take(pidfd, message[0].Value);
                    try
                    {
                        Listener?.Invoke(listener, pid);
                    }
                    finally
                    {
                        Files.Close(listener);
                    }
                    Files.Write(socket, [1]);
                    break;
            }
        }
    }

    private static int Take(int pidfd, int number) => (int)Syscall.Checked(Syscall.Invoke(SyscallNumber.PidfdGetfd, pidfd, number), "pidfd_getfd");

    private static EngineException Killed()
        => new("StartKilled", Reason.Failed, "The new process was killed before its command could run.",
            "If its memory is limited, allow it more; else somebody has killed it.");

    private EngineException CloneFailed(Errno errno)
    {
        var step = new Step(new Call("clone3", 0), plan.Clone3.Why, []);
        return PlanFailure.Explain(step, errno, root);
    }
}
