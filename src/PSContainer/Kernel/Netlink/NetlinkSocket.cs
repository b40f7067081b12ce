using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>
/// A socket of rtnetlink(7). It belongs to the network namespace that its maker was in, for ever: so one that was made there is
/// all that is needed to work in another namespace.
/// </summary>
public sealed class NetlinkSocket : IDisposable
{
    // What the kernel sends a dump in: 32 KiB at most (netlink_dump).
    private const int ReceiveSize = 32768;

    private readonly byte[] _buffer = new byte[ReceiveSize];
    private int _socket;
    private int _sequence;

    private NetlinkSocket(int socket) => _socket = socket;

    /// <summary>A socket in the caller's own network namespace.</summary>
    /// <exception cref="KernelException"/>
    public static unsafe NetlinkSocket Open()
    {
        int socket = (int)Syscall.Checked(Syscall.Invoke(SyscallNumber.Socket, AF_NETLINK, SOCK_RAW | OpenFlags.CloseOnExec, NETLINK_ROUTE), "socket", "AF_NETLINK");
        int on = 1;
        // Errors come with words, and without a copy of what was asked. Older kernels do without either.
        Syscall.Invoke(SyscallNumber.Setsockopt, socket, SOL_NETLINK, NETLINK_EXT_ACK, (nint)(&on), sizeof(int));
        Syscall.Invoke(SyscallNumber.Setsockopt, socket, SOL_NETLINK, NETLINK_CAP_ACK, (nint)(&on), sizeof(int));
        return new NetlinkSocket(socket);
    }

    /// <summary>
    /// A socket in the network namespace behind a descriptor, and what else is to be done there. A thread of its own goes there and
    /// ends there: no other thread ever runs in a foreign namespace (setns(2) changes one thread alone).
    /// </summary>
    /// <exception cref="KernelException"/>
    public static NetlinkSocket OpenIn(int netNamespace, Action<NetlinkSocket>? there = null)
    {
        NetlinkSocket? made = null;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Syscall.Checked(Syscall.Invoke(SyscallNumber.Setns, netNamespace, (nint)CloneFlags.NewNet), "setns");
                made = Open();
                there?.Invoke(made);
            }
            catch (Exception told)
            {
                failure = ExceptionDispatchInfo.Capture(told);
            }
        });
        thread.UnsafeStart();
        thread.Join();
        if (failure is null) return made!;
        made?.Dispose();
        failure.Throw();
        return made!;
    }

    /// <summary>Sends a request and waits for the kernel's yes.</summary>
    /// <param name="subject">What it is about, for the error.</param>
    /// <exception cref="KernelException"/>
    public void Send(NetlinkMessage request, string? subject = null)
    {
        if (TrySend(request, out string? words) is var errno and not Errno.None) throw Failure(request.Type, errno, subject, words);
    }

    /// <summary>Sends a request; what the kernel answered, <see cref="Errno.None"/> for yes.</summary>
    public Errno TrySend(NetlinkMessage request) => TrySend(request, out _);

    /// <summary>Asks for a list, or for one object, and hands over each message of the answer.</summary>
    /// <param name="take">Gets the type and, behind the header, the body.</param>
    /// <exception cref="KernelException"/>
    public void Read(NetlinkMessage request, Action<ushort, ReadOnlyMemory<byte>> take, string? subject = null)
    {
        Errno errno = Exchange(request, take, out string? words);
        if (errno != Errno.None) throw Failure(request.Type, errno, subject, words);
    }

    public void Dispose()
    {
        int open = Interlocked.Exchange(ref _socket, -1);
        if (open >= 0) Files.Close(open);
    }

    private Errno TrySend(NetlinkMessage request, out string? words) => Exchange(request, null, out words);

    private unsafe Errno Exchange(NetlinkMessage request, Action<ushort, ReadOnlyMemory<byte>>? take, out string? words)
    {
        words = null;
        byte[] bytes = request.ToArray();
        int sequence = ++_sequence;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), sequence);
        fixed (byte* start = bytes)
            if (Syscall.Invoke(SyscallNumber.Sendto, _socket, (nint)start, bytes.Length) < 0) return Syscall.Last;
        bool several = (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6)) & NLM_F_DUMP) == NLM_F_DUMP;
        while (true)
        {
            int count = Receive();
            if (count < 0) return Syscall.Last;
            for (int at = 0; at + HeaderSize <= count;)
            {
                ReadOnlySpan<byte> header = _buffer.AsSpan(at);
                int length = BinaryPrimitives.ReadInt32LittleEndian(header);
                if (length < HeaderSize || at + length > count) return Errno.EPROTO;
                ushort type = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
                // An answer to a request that was given up.
                if (BinaryPrimitives.ReadInt32LittleEndian(header[8..]) == sequence)
                {
                    if (type == NLMSG_DONE) return Errno.None;
                    if (type == NLMSG_ERROR) return ParseError(_buffer.AsSpan(at, length), out words);
                    take?.Invoke(type, _buffer.AsMemory(at + HeaderSize, length - HeaderSize));
                    // One object alone comes without a yes behind it, unless that was asked for.
                    if (!several && (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6)) & NLM_F_ACK) == 0) return Errno.None;
                }
                at += Align(length);
            }
        }
    }

    private unsafe int Receive()
    {
        fixed (byte* start = _buffer)
        {
            nint count;
            while ((count = Syscall.Invoke(SyscallNumber.Recvfrom, _socket, (nint)start, _buffer.Length)) < 0 && Syscall.Last == Errno.EINTR) { }
            return (int)count;
        }
    }

    /// <summary>The error of an NLMSG_ERROR, and what the kernel says to it (NETLINK_EXT_ACK).</summary>
    public static Errno ParseError(ReadOnlySpan<byte> message, out string? words)
    {
        words = null;
        if (message.Length < HeaderSize + 4) return Errno.EPROTO;
        int error = -BinaryPrimitives.ReadInt32LittleEndian(message[HeaderSize..]);
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(message[6..]);
        // struct nlmsgerr: the error, the header of the request, and the rest of the request unless it was capped.
        int attributes = HeaderSize + 4 + HeaderSize;
        if ((flags & NLM_F_CAPPED) == 0 && message.Length >= attributes)
            attributes = HeaderSize + 4 + Align(Math.Max(HeaderSize, BinaryPrimitives.ReadInt32LittleEndian(message[(HeaderSize + 4)..])));
        if ((flags & NLM_F_ACK_TLVS) != 0 && attributes < message.Length)
        {
            var walk = new NetlinkAttributes(message[attributes..]);
            while (walk.Next())
                if (walk.Type == NLMSGERR_ATTR_MSG) words = walk.Text;
        }
        return (Errno)error;
    }

    private static KernelException Failure(ushort type, Errno errno, string? subject, string? words) => new(Name(type), errno, subject, words);

    private static string Name(ushort type) => type switch
    {
        RTM_NEWLINK => "RTM_NEWLINK", RTM_DELLINK => "RTM_DELLINK", RTM_GETLINK => "RTM_GETLINK", RTM_SETLINK => "RTM_SETLINK",
        RTM_NEWADDR => "RTM_NEWADDR", RTM_DELADDR => "RTM_DELADDR", RTM_GETADDR => "RTM_GETADDR",
        RTM_NEWROUTE => "RTM_NEWROUTE", RTM_DELROUTE => "RTM_DELROUTE", RTM_GETROUTE => "RTM_GETROUTE",
        _ => $"rtnetlink {type}",
    };
}
