using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSContainer.Kernel;
using Tmds.Linux;

namespace PSContainer.Runtime.Child;

/// <summary>
/// Signals as bytes on a pipe, for a poll loop. The main thread blocks them, so they arrive on the runtime's finalizer
/// thread, which waits outside managed code and may run the handler; nothing of ours has a finalizer.
/// </summary>
internal static unsafe partial class Signals
{
    public const int Hangup = 1, Interrupt = 2, Quit = 3, Kill = 9, User1 = 10, User2 = 12, Pipe = 13, Terminate = 15, WindowChange = 28;

    private static int s_write = -1;

    [LibraryImport("libc", EntryPoint = "write"), SuppressGCTransition]
    private static partial nint WriteCall(int descriptor, byte* bytes, nint count);

    /// <summary>A descriptor from which every one of these signals is read as a byte.</summary>
    public static int Listen(params ReadOnlySpan<int> signals)
    {
        (int read, int write) = Files.Pipe(OpenFlags.NonBlock);
        s_write = write;
        var action = new sigaction { sa_flags = LibC.SA_RESTART };
        action.sa_handler = (delegate* unmanaged[Cdecl]<int, void>)&Arrived;
        sigset_t blocked = default;
        ulong* set = (ulong*)&blocked;
        foreach (int signal in signals)
        {
            *set |= 1UL << (signal - 1);
            LibC.sigaction(signal, &action, null);
        }
        LibC.pthread_sigmask(LibC.SIG_BLOCK, &blocked, null);
        return read;
    }

    /// <summary>Leaves these to somebody else: the terminal sends them to the whole foreground group.</summary>
    public static void Ignore(params ReadOnlySpan<int> signals)
    {
        sigaction action = default;
        action.sa_handler = LibC.SIG_IGN;
        foreach (int signal in signals) LibC.sigaction(signal, &action, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Arrived(int signal)
    {
        byte number = (byte)signal;
        WriteCall(s_write, &number, 1);
    }
}
