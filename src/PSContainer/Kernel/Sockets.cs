using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>Local sockets: socketpair(2), and the passing of descriptors over unix(7).</summary>
public static partial class Sockets
{
    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static unsafe partial int SocketPairCall(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlCall(int descriptor, int command, nint argument);

    /// <summary>Two joined sockets that keep messages apart (SOCK_SEQPACKET), close-on-exec, numbered from <paramref name="lowest"/> up.</summary>
    /// <exception cref="KernelException"/>
    public static unsafe (int Ours, int Theirs) Pair(int lowest)
    {
        const int unix = 1, sequencedPacket = 5;
        int* ends = stackalloc int[2];
        if (SocketPairCall(unix, sequencedPacket | OpenFlags.CloseOnExec, 0, ends) != 0) throw new KernelException("socketpair", Syscall.Last);
        return (MoveUp(ends[0], lowest), MoveUp(ends[1], lowest));
    }

    /// <summary>The same file under a number of at least <paramref name="lowest"/>, close-on-exec; the old number is closed.</summary>
    /// <exception cref="KernelException"/>
    public static int MoveUp(int descriptor, int lowest)
    {
        const int duplicateCloseOnExec = 1030;
        int moved = FcntlCall(descriptor, duplicateCloseOnExec, lowest);
        if (moved < 0) throw new KernelException("fcntl", Syscall.Last);
        Files.Close(descriptor);
        return moved;
    }
}
