using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>The one door to calls that the C library has no wrapper for, or whose wrapper does more than the call.</summary>
public static partial class Syscall
{
    /// <summary>syscall(2): the result, or -1 with the error in <see cref="Last"/>.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Invoke(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0);

    /// <summary>The error of this thread's last failed call.</summary>
    public static Errno Last => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>The result itself, or a <see cref="KernelException"/> where it is negative.</summary>
    public static nint Checked(nint result, string call, string? path = null)
        => result < 0 ? throw new KernelException(call, Last, path) : result;
}
