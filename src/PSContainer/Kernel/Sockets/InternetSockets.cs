using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>TCP and UDP sockets (tcp(7), udp(7)), none of which ever makes its caller wait.</summary>
public static unsafe partial class InternetSockets
{
    private const int Inet = 2, Inet6 = 10, Stream = 1, Datagram = 2;
    private const int Socket = 1, IpLevel = 0, TcpLevel = 6, Ipv6Level = 41;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketCall(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int BindCall(int socket, byte* name, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int ListenCall(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int AcceptCall(int socket, byte* name, int* length, int flags);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectCall(int socket, byte* name, int length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int NameCall(int socket, byte* name, int* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOptionCall(int socket, int level, int option, void* value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOptionCall(int socket, int level, int option, void* value, int* length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutdownCall(int socket, int how);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCall(int socket, byte* bytes, nint count, int flags);

    /// <summary>A new socket, non-blocking and close-on-exec; -1 with the error in <see cref="Syscall.Last"/>, as where there is no IPv6.</summary>
    public static int TryOpen(bool isIPv6, bool isStream)
        => SocketCall(isIPv6 ? Inet6 : Inet, (isStream ? Stream : Datagram) | OpenFlags.NonBlock | OpenFlags.CloseOnExec, 0);

    /// <summary>bind(2): takes an address and a port; port 0 takes one that is free.</summary>
    public static bool TryBind(int socket, SocketName name)
    {
        fixed (byte* start = name.Bytes) return BindCall(socket, start, name.Length) == 0;
    }

    public static bool TryListen(int socket)
    {
        const int backlog = 4096; // cut by net.core.somaxconn
        return ListenCall(socket, backlog) == 0;
    }

    /// <summary>The next connection that waits, non-blocking and close-on-exec; -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int TryAccept(int socket) => AcceptCall(socket, null, null, OpenFlags.NonBlock | OpenFlags.CloseOnExec);

    /// <summary>connect(2): 0 at once, EINPROGRESS where it will poll writable, else what stands against it.</summary>
    public static Errno Connect(int socket, SocketName name)
    {
        fixed (byte* start = name.Bytes) return ConnectCall(socket, start, name.Length) == 0 ? Errno.None : Syscall.Last;
    }

    /// <summary>How a connect(2) that was in progress has ended (SO_ERROR).</summary>
    public static Errno PendingError(int socket)
    {
        const int error = 4;
        int value = 0, length = sizeof(int);
        return GetOptionCall(socket, Socket, error, &value, &length) == 0 ? (Errno)value : Syscall.Last;
    }

    /// <summary>The port that it is bound to.</summary>
    /// <exception cref="KernelException"/>
    public static int Port(int socket)
    {
        SocketName name = default;
        int length = SocketName.Longest;
        fixed (byte* start = name.Bytes)
            if (NameCall(socket, start, &length) != 0) throw new KernelException("getsockname", Syscall.Last);
        return name.Port;
    }

    /// <summary>The other side has no more to read; our side can still read.</summary>
    public static void EndWriting(int socket)
    {
        const int write = 1;
        ShutdownCall(socket, write);
    }

    /// <summary>One send(2) without SIGPIPE: how many bytes went, or -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int TrySend(int socket, ReadOnlySpan<byte> bytes)
    {
        const int noSignal = 0x4000;
        fixed (byte* start = bytes) return (int)SendCall(socket, start, bytes.Length, noSignal);
    }

    /// <summary>A port whose last connections are only waiting out their time can be taken again (SO_REUSEADDR).</summary>
    public static void SetReuseAddress(int socket) => Set(socket, Socket, 2, 1);

    /// <summary>An IPv6 socket takes IPv4 as well, or not (IPV6_V6ONLY).</summary>
    public static void SetOnlyIPv6(int socket, bool value) => Set(socket, Ipv6Level, 26, value ? 1 : 0);

    /// <summary>Small pieces go at once (TCP_NODELAY).</summary>
    public static void SetNoDelay(int socket) => Set(socket, TcpLevel, 1, 1);

    /// <summary>Its close tells the other side of a failure, with a reset (SO_LINGER of no seconds).</summary>
    public static void SetResetOnClose(int socket)
    {
        const int linger = 13;
        int* value = stackalloc int[] { 1, 0 };
        SetOptionCall(socket, Socket, linger, value, 2 * sizeof(int));
    }

    /// <summary>Datagrams come with the address that they were sent to (IP_PKTINFO, IPV6_RECVPKTINFO).</summary>
    public static void SetPacketInformation(int socket, bool isIPv6) => Set(socket, isIPv6 ? Ipv6Level : IpLevel, isIPv6 ? 49 : 8, 1);

    private static void Set(int socket, int level, int option, int value) => SetOptionCall(socket, level, option, &value, sizeof(int));
}
