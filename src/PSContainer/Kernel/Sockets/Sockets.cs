using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>Local sockets: socketpair(2), and the passing of descriptors over unix(7).</summary>
public static class Sockets
{
    /// <summary>Waits under a name in a folder for others that keep messages apart as well; close-on-exec, non-blocking.</summary>
    /// <exception cref="KernelException"/>
    public static int Listen(string folder, string name)
    {
        const int backlog = 16;
        int socket = Named(folder, name, OpenFlags.NonBlock, bind: true);
        if (LibC.listen(socket, backlog) == 0) return socket;
        Errno error = Syscall.Last;
        Files.Close(socket);
        throw new KernelException("listen", error, Path.Combine(folder, name));
    }

    /// <summary>Speaks to whoever waits under that name.</summary>
    /// <exception cref="KernelException">ENOENT or ECONNREFUSED where nobody does.</exception>
    public static int Connect(string folder, string name) => Named(folder, name, 0, bind: false);

    /// <summary>The next one that wants to speak, close-on-exec, non-blocking; -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static unsafe int TryAccept(int socket) => LibC.accept4(socket, null, null, LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC);

    private const int LongestPath = 107;

    // A socket's path has not much room; through the folder's descriptor any folder will do.
    private static unsafe int Named(string folder, string name, int flags, bool bind)
    {
        int directory = Files.Open(folder, OpenFlags.Path | OpenFlags.Directory);
        int socket = LibC.socket(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | flags | LibC.SOCK_CLOEXEC, 0);
        try
        {
            if (socket < 0) throw new KernelException("socket", Syscall.Last);
            var address = new sockaddr_un { sun_family = LibC.AF_UNIX };
            System.Text.Encoding.UTF8.GetBytes($"/proc/self/fd/{directory}/{name}", new Span<byte>(address.sun_path, LongestPath));
            var start = (sockaddr*)&address;
            if ((bind ? LibC.bind(socket, start, sizeof(sockaddr_un)) : LibC.connect(socket, start, sizeof(sockaddr_un))) == 0) return socket;
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
        int* ends = stackalloc int[2];
        if (LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_SEQPACKET | LibC.SOCK_CLOEXEC, 0, ends) != 0) throw new KernelException("socketpair", Syscall.Last);
        return (MoveUp(ends[0], lowest), MoveUp(ends[1], lowest));
    }

    /// <summary>The same file under a number of at least <paramref name="lowest"/>, close-on-exec; the old number is closed.</summary>
    /// <exception cref="KernelException"/>
    public static int MoveUp(int descriptor, int lowest)
    {
        int moved = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, lowest);
        if (moved < 0) throw new KernelException("fcntl", Syscall.Last);
        Files.Close(descriptor);
        return moved;
    }
}
