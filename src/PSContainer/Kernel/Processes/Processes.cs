using System.Runtime.InteropServices;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>How a process ended, as waitid(2) tells it.</summary>
/// <param name="Code">The exit status, or the number of the signal.</param>
/// <param name="Signalled">It was killed by the signal.</param>
public readonly record struct ProcessExit(int Code, bool Signalled)
{
    /// <summary>The shell's and docker's number for it: the status, or 128 and the signal.</summary>
    public int ShellCode => Signalled ? 128 + Code : Code;
}

/// <summary>struct pollfd of poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollEntry
{
    public int Descriptor;
    public short Events;
    public short Returned;

    public const short In = 1, Out = 4, Error = 8, Hangup = 16;
}

/// <summary>Processes by descriptor: pidfd_open(2), pidfd_send_signal(2), waitid(2), poll(2).</summary>
public static partial class Processes
{
    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static unsafe partial int WaitIdCall(int idType, uint id, int* info, int options);

    /// <summary>A descriptor of the process, close-on-exec; -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int TryOpen(int pid) => (int)Syscall.Invoke(SyscallNumber.PidfdOpen, pid);

    /// <summary>Sends a signal to exactly that process; false where it has ended.</summary>
    /// <exception cref="KernelException"/>
    public static bool Signal(int pidfd, int signal)
    {
        if (Syscall.Invoke(SyscallNumber.PidfdSendSignal, pidfd, signal) == 0) return true;
        return Syscall.Last == Errno.ESRCH ? false : throw new KernelException("pidfd_send_signal", Syscall.Last);
    }

    /// <summary>poll(2): how many entries have something, 0 on time-out, negative on a signal.</summary>
    public static unsafe int Poll(Span<PollEntry> entries, int timeoutMilliseconds)
    {
        fixed (PollEntry* start = entries) return LibC.poll((pollfd*)start, (uint)entries.Length, timeoutMilliseconds);
    }

    /// <summary>True once the process has ended (a pidfd polls readable then); waits as long as told, -1 for ever.</summary>
    public static bool WaitEnd(int pidfd, int timeoutMilliseconds)
    {
        Span<PollEntry> entry = [new PollEntry { Descriptor = pidfd, Events = PollEntry.In }];
        long end = Environment.TickCount64 + timeoutMilliseconds;
        while (true)
        {
            int left = timeoutMilliseconds < 0 ? -1 : (int)Math.Max(0, end - Environment.TickCount64);
            int ready = Poll(entry, left);
            if (ready > 0) return true;
            if (ready == 0) return false;
        }
    }

    /// <summary>Reaps a child by its descriptor; null where it is not our child or (with no wait) still runs.</summary>
    public static unsafe ProcessExit? Reap(int pidfd, bool wait)
    {
        const int byPidfd = 3, exited = 4, noHang = 1;
        // siginfo_t is 128 bytes: si_signo, si_errno, si_code, then (after padding) si_pid, si_uid, si_status.
        int* info = stackalloc int[32];
        int result;
        do
        {
            info[0] = 0;
            result = WaitIdCall(byPidfd, (uint)pidfd, info, exited | (wait ? 0 : noHang));
        } while (result < 0 && Syscall.Last == Errno.EINTR);
        if (result < 0 || info[0] == 0) return null;
        const int codeExited = 1;
        return new ProcessExit(info[6], Signalled: info[2] != codeExited);
    }
}
