using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>Bytes from one descriptor to another without a copy of them in this process: splice(2) by way of a pipe.</summary>
public static unsafe class Splice
{
    /// <summary>A pipe, non-blocking and close-on-exec; false with the error in <see cref="Syscall.Last"/>.</summary>
    /// <param name="size">Bytes that it is to hold (F_SETPIPE_SZ). It stays at 64 KiB, or at 8 KiB where a user has many, if no more may be had: pipe(7).</param>
    public static bool TryOpenPipe(int size, out int read, out int write)
    {
        bool isOpen = Files.TryPipe(OpenFlags.NonBlock, out read, out write);
        if (isOpen) LibC.fcntl(write, LibC.F_SETPIPE_SZ, size);
        return isOpen;
    }

    /// <summary>
    /// Moves what is there, from or to a pipe: how many bytes went, 0 at the end, or -1 with the error in <see cref="Syscall.Last"/>.
    /// To a socket whose other side is gone it raises SIGPIPE, which the runtime ignores.
    /// </summary>
    public static int TryMove(int from, int to, int most)
    {
        long count;
        while ((count = LibC.splice(from, null, to, null, most, (uint)(LibC.SPLICE_F_MOVE | LibC.SPLICE_F_NONBLOCK))) < 0 && Syscall.Last == Errno.EINTR) { }
        return (int)count;
    }
}
