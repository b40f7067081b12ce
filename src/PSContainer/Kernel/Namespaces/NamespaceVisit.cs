using System.Runtime.ExceptionServices;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>Work in other namespaces: a thread of its own goes there and ends there, so that no other thread ever runs in a foreign one (setns(2) changes one thread alone).</summary>
public static class NamespaceVisit
{
    // What is done there is a handful of calls.
    private const int StackSize = 256 * 1024;

    /// <summary>Returns when the work is done; what it throws is thrown here.</summary>
    /// <param name="descriptor">A namespace's, or a process's (pidfd, Linux 5.8).</param>
    /// <param name="which">Which kinds. User, pid and time namespaces can't be visited: the first and the last take no process with threads, and the second counts for children alone.</param>
    /// <exception cref="KernelException">EPERM; ESRCH: the process has ended.</exception>
    public static void Run(int descriptor, CloneFlags which, Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Syscall.Checked(LibC.setns(descriptor, (int)which), "setns");
                work();
            }
            catch (Exception told)
            {
                failure = ExceptionDispatchInfo.Capture(told);
            }
        }, StackSize) { IsBackground = true };
        thread.UnsafeStart();
        thread.Join();
        failure?.Throw();
    }
}
