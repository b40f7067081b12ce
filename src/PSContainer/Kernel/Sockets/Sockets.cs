using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>Local sockets: socketpair(2), and the passing of descriptors over unix(7).</summary>
public static partial class Sockets
{
    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static unsafe partial int SocketPairCall(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlCall(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketCall(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static unsafe partial int BindCall(int socket, byte* name, int length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static unsafe partial int ConnectCall(int socket, byte* name, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int ListenCall(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static unsafe partial int AcceptCall(int socket, byte* name, int* length, int flags);

    /// <summary>Waits under a name in a folder for others that keep messages apart as well; close-on-exec, non-blocking.</summary>
    /// <exception cref="KernelException"/>
    public static int Listen(string folder, string name)
    {
        const int backlog = 16;
        int socket = Named(folder, name, OpenFlags.NonBlock, bind: true);
        if (ListenCall(socket, backlog) == 0) return socket;
        Errno error = Syscall.Last;
        Files.Close(socket);
        throw new KernelException("listen", error, Path.Combine(folder, name));
    }

    /// <summary>Speaks to whoever waits under that name.</summary>
    /// <exception cref="KernelException">ENOENT or ECONNREFUSED where nobody does.</exception>
    public static int Connect(string folder, string name) => Named(folder, name, 0, bind: false);

    /// <summary>The next one that wants to speak, close-on-exec, non-blocking; -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static unsafe int TryAccept(int socket) => AcceptCall(socket, null, null, OpenFlags.NonBlock | OpenFlags.CloseOnExec);

    // A socket's path has room for 107 bytes; through the folder's descriptor any folder will do.
    private static unsafe int Named(string folder, string name, int flags, bool bind)
    {
        const int unix = 1, sequencedPacket = 5, longest = 110;
        int directory = Files.Open(folder, OpenFlags.Path | OpenFlags.Directory);
        int socket = SocketCall(unix, sequencedPacket | flags | OpenFlags.CloseOnExec, 0);
        try
        {
            if (socket < 0) throw new KernelException("socket", Syscall.Last);
            byte* address = stackalloc byte[longest];
            new Span<byte>(address, longest).Clear();
            *(ushort*)address = unix;
            System.Text.Encoding.UTF8.GetBytes($"/proc/self/fd/{directory}/{name}", new Span<byte>(address + 2, longest - 3));
            if ((bind ? BindCall(socket, address, longest) : ConnectCall(socket, address, longest)) == 0) return socket;
            Errno error = Syscall.Last;
            Files.Close(socket);
            throw new KernelException(bind ? "bind" : "connect", error, Path.Combine(folder, name));
        }
        finally
        {
            Files.Close(directory);
        }
    }

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
