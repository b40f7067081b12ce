using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>TCP and UDP sockets (tcp(7), udp(7)), none of which ever makes its caller wait.</summary>
public static unsafe class InternetSockets
{
    /// <summary>A new socket, non-blocking and close-on-exec; -1 with the error in <see cref="Syscall.Last"/>, as where there is no IPv6.</summary>
    public static int TryOpen(bool isIPv6, bool isStream)
        => LibC.socket(isIPv6 ? LibC.AF_INET6 : LibC.AF_INET, (isStream ? LibC.SOCK_STREAM : LibC.SOCK_DGRAM) | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);

    /// <summary>bind(2): takes an address and a port; port 0 takes one that is free.</summary>
    public static bool TryBind(int socket, SocketName name)
    {
        fixed (byte* start = name.Bytes) return LibC.bind(socket, (sockaddr*)start, name.Length) == 0;
    }

    public static bool TryListen(int socket)
    {
        const int backlog = 4096; // cut by net.core.somaxconn
        return LibC.listen(socket, backlog) == 0;
    }

    /// <summary>The next connection that waits, non-blocking and close-on-exec; -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int TryAccept(int socket) => LibC.accept4(socket, null, null, LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC);

    /// <summary>connect(2): 0 at once, EINPROGRESS where it will poll writable, else what stands against it.</summary>
    public static Errno Connect(int socket, SocketName name)
    {
        fixed (byte* start = name.Bytes) return LibC.connect(socket, (sockaddr*)start, name.Length) == 0 ? Errno.None : Syscall.Last;
    }

    /// <summary>How a connect(2) that was in progress has ended (SO_ERROR).</summary>
    public static Errno PendingError(int socket)
    {
        int value = 0;
        socklen_t length = sizeof(int);
        return LibC.getsockopt(socket, LibC.SOL_SOCKET, LibC.SO_ERROR, &value, &length) == 0 ? (Errno)value : Syscall.Last;
    }

    /// <summary>The port that it is bound to.</summary>
    /// <exception cref="KernelException"/>
    public static int Port(int socket)
    {
        SocketName name = default;
        socklen_t length = SocketName.Longest;
        fixed (byte* start = name.Bytes)
            if (LibC.getsockname(socket, (sockaddr*)start, &length) != 0) throw new KernelException("getsockname", Syscall.Last);
        return name.Port;
    }

    /// <summary>The other side has no more to read; our side can still read.</summary>
    public static void EndWriting(int socket) => LibC.shutdown(socket, LibC.SHUT_WR);

    /// <summary>One send(2) without SIGPIPE: how many bytes went, or -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int TrySend(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes) return (int)LibC.send(socket, start, bytes.Length, LibC.MSG_NOSIGNAL);
    }

    /// <summary>A port whose last connections are only waiting out their time can be taken again (SO_REUSEADDR).</summary>
    public static void SetReuseAddress(int socket) => Set(socket, LibC.SOL_SOCKET, LibC.SO_REUSEADDR, 1);

    /// <summary>An IPv6 socket takes IPv4 as well, or not (IPV6_V6ONLY).</summary>
    public static void SetOnlyIPv6(int socket, bool value) => Set(socket, LibC.IPPROTO_IPV6, LibC.IPV6_V6ONLY, value ? 1 : 0);

    /// <summary>Small pieces go at once (TCP_NODELAY).</summary>
    public static void SetNoDelay(int socket) => Set(socket, LibC.IPPROTO_TCP, LibC.TCP_NODELAY, 1);

    /// <summary>Its close tells the other side of a failure, with a reset (SO_LINGER of no seconds).</summary>
    public static void SetResetOnClose(int socket)
    {
        var atOnce = new linger { l_onoff = 1, l_linger = 0 };
        LibC.setsockopt(socket, LibC.SOL_SOCKET, LibC.SO_LINGER, &atOnce, sizeof(linger));
    }

    /// <summary>Datagrams come with the address that they were sent to (IP_PKTINFO, IPV6_RECVPKTINFO).</summary>
    public static void SetPacketInformation(int socket, bool isIPv6) => Set(socket, isIPv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP, isIPv6 ? LibC.IPV6_RECVPKTINFO : LibC.IP_PKTINFO, 1);

    private static void Set(int socket, int level, int option, int value) => LibC.setsockopt(socket, level, option, &value, sizeof(int));
}
