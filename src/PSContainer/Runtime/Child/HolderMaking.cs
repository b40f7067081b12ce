using PSContainer.Kernel;
using static PSContainer.Runtime.Child.PlanExecutor;

namespace PSContainer.Runtime.Child;

/// <summary>
/// A process that keeps new namespaces alive until somebody has descriptors of them, and does nothing else. It ends with its parent. Runs under
/// <see cref="PlanExecutor"/>'s rules: nothing here may allocate or throw.
/// </summary>
internal static unsafe class HolderMaking
{
    private const int Kill = 9, ChildEnds = 17, PrSetPdeathsig = 1;

    /// <summary>Its pid, or -1 with the error in errno.</summary>
    public static nint Make(ulong flags)
    {
        var arguments = new CloneArguments { Flags = flags | (ulong)CloneFlags.ClearSighand, ExitSignal = ChildEnds };
        nint pid = Invoke(SyscallNumber.Clone3, (nint)(&arguments), sizeof(CloneArguments), 0, 0, 0, 0);
        if (pid != 0) return pid;
        Invoke(SyscallNumber.Prctl, PrSetPdeathsig, Kill, 0, 0, 0, 0);
        while (true) Invoke(SyscallNumber.Ppoll, 0, 0, 0, 0, 0, 0);
    }

    /// <summary>A descriptor of a file below /proc/PID.</summary>
    public static nint Open(long pid, byte* name, nint flags)
    {
        const int most = 64;
        byte* path = stackalloc byte[most], digits = stackalloc byte[20];
        int length = 0, count = 0;
        foreach (byte letter in "/proc/"u8) path[length++] = letter;
        do
        {
            digits[count++] = (byte)('0' + (pid % 10));
            pid /= 10;
        } while (pid > 0);
        while (count > 0) path[length++] = digits[--count];
        path[length++] = (byte)'/';
        for (; *name != 0 && length < most - 1; name++) path[length++] = *name;
        path[length] = 0;
        return Invoke(SyscallNumber.Openat, Files.AtFdcwd, (nint)path, flags, 0, 0, 0);
    }

    public static nint End(long pid)
    {
        if (Invoke(SyscallNumber.Kill, (nint)pid, Kill, 0, 0, 0, 0) < 0) return -1;
        return Reap(pid);
    }

    /// <summary>Waits for the end of a child.</summary>
    public static nint Reap(long pid)
    {
        nint gone;
        do gone = Invoke(SyscallNumber.Wait4, (nint)pid, 0, 0, 0, 0, 0);
        while (gone < 0 && *ErrnoLocation() == (int)Errno.EINTR);
        return gone < 0 ? -1 : 0;
    }
}
