using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSContainer.Kernel;

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

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int ActionCall(int signal, byte* action, byte* before);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int MaskCall(int how, ulong* set, ulong* before);

    /// <summary>A descriptor from which every one of these signals is read as a byte.</summary>
    public static int Listen(params ReadOnlySpan<int> signals)
    {
        (int read, int write) = Files.Pipe(OpenFlags.NonBlock);
        s_write = write;
        const int block = 0;
        // struct sigaction of the C library: handler, then 128 bytes of mask, then flags (both architectures).
        byte* action = stackalloc byte[160];
        new Span<byte>(action, 160).Clear();
        const int restart = 0x10000000;
        *(nint*)action = (nint)(delegate* unmanaged[Cdecl]<int, void>)&Arrived;
        *(int*)(action + 136) = restart;
        ulong* set = stackalloc ulong[16];
        new Span<ulong>(set, 16).Clear();
        foreach (int signal in signals)
        {
            *set |= 1UL << (signal - 1);
            ActionCall(signal, action, null);
        }
        MaskCall(block, set, null);
        return read;
    }

    /// <summary>Leaves these to somebody else: the terminal sends them to the whole foreground group.</summary>
    public static void Ignore(params ReadOnlySpan<int> signals)
    {
        byte* action = stackalloc byte[160];
        new Span<byte>(action, 160).Clear();
        *(nint*)action = 1; // SIG_IGN
        foreach (int signal in signals) ActionCall(signal, action, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Arrived(int signal)
    {
        byte number = (byte)signal;
        WriteCall(s_write, &number, 1);
    }
}
