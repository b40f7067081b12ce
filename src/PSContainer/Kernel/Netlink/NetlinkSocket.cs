using System.Buffers.Binary;
using Tmds.Linux;
using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>
/// A socket of netlink(7), for rtnetlink(7) unless another protocol is said. It belongs to the network namespace that its maker was in,
/// for ever: so one that was made there is all that is needed to work in another namespace.
/// </summary>
public sealed class NetlinkSocket : IDisposable
{
    // What the kernel sends a dump in: 32 KiB at most (netlink_dump).
    private const int ReceiveSize = 32768;

    // Not cleared: most answers are short, and what is never touched is never there.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReceiveSize);
    private int _socket;
    private int _sequence;

    private NetlinkSocket(int socket) => _socket = socket;

    /// <summary>A socket in the caller's own network namespace.</summary>
    /// <exception cref="KernelException"/>
    public static unsafe NetlinkSocket Open(int protocol = NETLINK_ROUTE)
    {
        int socket = (int)Syscall.Checked(LibC.socket(AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, protocol), "socket", "AF_NETLINK");
        int on = 1;
        // Errors come with words, and without a copy of what was asked. Older kernels do without either.
        LibC.setsockopt(socket, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(int));
        LibC.setsockopt(socket, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(int));
        return new NetlinkSocket(socket);
    }

    /// <summary>
    /// A socket in the network namespace behind a descriptor, and what else is to be done there, on the visit's thread.
    /// </summary>
    /// <exception cref="KernelException"/>
    public static NetlinkSocket OpenIn(int netNamespace, Action<NetlinkSocket>? there = null)
    {
        NetlinkSocket? made = null;
        try
        {
            NamespaceVisit.Run(netNamespace, CloneFlags.NewNet, () =>
            {
                made = Open();
                there?.Invoke(made);
            });
        }
        catch
        {
            made?.Dispose();
            throw;
        }
        return made!;
    }

    /// <summary>Polls readable when the kernel has sent something.</summary>
    public int Descriptor => _socket;

    /// <summary>Hears from now on what the kernel tells a group, one of the first 32.</summary>
    /// <exception cref="KernelException"/>
    public unsafe void Join(int group)
    {
        // By bind(2): a socket without a port hears nothing, since that is what the kernel leaves out for whoever asked.
        var name = new SockAddrNl { Family = AF_NETLINK, Groups = 1u << (group - 1) };
        Syscall.Checked(LibC.bind(_socket, (sockaddr*)&name, sizeof(SockAddrNl)), "bind", "AF_NETLINK");
    }

    /// <summary>Waits for what the kernel tells, and hands over each message's header.</summary>
    /// <exception cref="KernelException">ENOBUFS: more was told than there was room for.</exception>
    public void Hear(Action<NetlinkHeader> take)
    {
        int count = Receive();
        if (count < 0) throw new KernelException("recvfrom", Syscall.Last, "AF_NETLINK");
        for (int at = 0; NetlinkHeader.TryRead(_buffer.AsSpan(at, count - at), out NetlinkHeader header); at = Math.Min(count, at + Align(header.Length))) take(header);
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
    public void Read(NetlinkMessage request, Action<ushort, ReadOnlyMemory<byte>> take, string? subject = null) => TryRead(request, Errno.None, take, subject);

    /// <summary>The same for what may be absent: false where the kernel answers so.</summary>
    /// <param name="absent">How it says that.</param>
    /// <exception cref="KernelException"/>
    public bool TryRead(NetlinkMessage request, Errno absent, Action<ushort, ReadOnlyMemory<byte>> take, string? subject = null)
    {
        Errno errno = Exchange(request, take, out string? words);
        if (errno == Errno.None) return true;
        return errno == absent ? false : throw Failure(request.Type, errno, subject, words);
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
            if ((nint)LibC.sendto(_socket, start, bytes.Length, 0, null, 0) < 0) return Syscall.Last;
        bool several = (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6)) & NLM_F_DUMP) == NLM_F_DUMP;
        while (true)
        {
            int count = Receive();
            if (count < 0) return Syscall.Last;
            for (int at = 0; at < count;)
            {
                if (!NetlinkHeader.TryRead(_buffer.AsSpan(at, count - at), out NetlinkHeader header)) return Errno.EPROTO;
                // An answer to a request that was given up is passed over.
                if (header.Sequence == sequence)
                {
                    if (header.Type == NLMSG_DONE) return Errno.None;
                    if (header.Type == NLMSG_ERROR) return ParseError(_buffer.AsSpan(at, header.Length), out words);
                    take?.Invoke(header.Type, _buffer.AsMemory(at + HeaderSize, header.Length - HeaderSize));
                    // One object alone comes without a yes behind it, unless that was asked for.
                    if (!several && (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6)) & NLM_F_ACK) == 0) return Errno.None;
                }
                at += Align(header.Length);
            }
        }
    }

    private unsafe int Receive()
    {
        fixed (byte* start = _buffer)
        {
            nint count;
            while ((count = (nint)LibC.recvfrom(_socket, start, _buffer.Length, 0, null, null)) < 0 && Syscall.Last == Errno.EINTR) { }
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
        RTM_NEWROUTE => "RTM_NEWROUTE", RTM_DELROUTE => "RTM_DELROUTE", RTM_GETROUTE => "RTM_GETROUTE", RTM_GETNSID => "RTM_GETNSID",
        _ when Netfilter.IsNfTables(type) => $"nf_tables {type & 0xFF}",
        _ when type >> 8 == ConntrackNumbers.NFNL_SUBSYS_CTNETLINK => $"ctnetlink {type & 0xFF}",
        _ => $"netlink {type}",
    };
}
