using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>Bytes from one descriptor to another without a copy of them in this process: splice(2) by way of a pipe.</summary>
public static unsafe partial class Splice
{
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlCall(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    private static partial nint SpliceCall(int from, long* fromOffset, int to, long* toOffset, nint most, uint flags);

    /// <summary>A pipe, non-blocking and close-on-exec; false with the error in <see cref="Syscall.Last"/>.</summary>
    /// <param name="size">Bytes that it is to hold (F_SETPIPE_SZ). It stays at 64 KiB, or at 8 KiB where a user has many, if no more may be had: pipe(7).</param>
    public static bool TryOpenPipe(int size, out int read, out int write)
    {
        const int setPipeSize = 1031;
        bool isOpen = Files.TryPipe(OpenFlags.NonBlock, out read, out write);
        if (isOpen) FcntlCall(write, setPipeSize, size);
        return isOpen;
    }

    /// <summary>
    /// Moves what is there, from or to a pipe: how many bytes went, 0 at the end, or -1 with the error in <see cref="Syscall.Last"/>.
    /// To a socket whose other side is gone it raises SIGPIPE, which the runtime ignores.
    /// </summary>
    public static int TryMove(int from, int to, int most)
    {
        const uint move = 1, nonBlock = 2;
        nint count;
        while ((count = SpliceCall(from, null, to, null, most, move | nonBlock)) < 0 && Syscall.Last == Errno.EINTR) { }
        return (int)count;
    }
}
