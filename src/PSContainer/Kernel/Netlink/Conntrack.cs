using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using static PSContainer.Kernel.Netlink.ConntrackNumbers;
using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>A flow of packets that the kernel remembers.</summary>
/// <param name="Protocol">IPPROTO_*: 6 for TCP, 17 for UDP.</param>
/// <param name="Address">What its client sends to.</param>
/// <param name="Port">And the port.</param>
/// <param name="LeadsTo">Who gets it.</param>
/// <param name="LeadsToPort">And at which port.</param>
/// <param name="IsTranslated">The firewall has made one destination of the other.</param>
public readonly record struct Flow(int Protocol, IPAddress Address, int Port, IPAddress LeadsTo, int LeadsToPort, bool IsTranslated)
{
    public const int Tcp = 6, Udp = 17;
}

/// <summary>
/// Which flows the kernel is to tell of. An older one tells of more (the filter came with Linux 5.8, its part about translation with 5.12), so this only
/// saves work. Addresses are left to the caller: of IPv6's, Linux up to 6.18 at least gives all but the one that is asked for.
/// </summary>
/// <param name="Family">IPv4's or IPv6's.</param>
/// <param name="Protocol">Only this one's; null for all.</param>
/// <param name="Port">With a protocol: only those that are sent to this port; null for all.</param>
/// <param name="IsTranslated">Only those whose destination the firewall has translated.</param>
public readonly record struct FlowFilter(AddressFamily Family, int? Protocol = null, int? Port = null, bool IsTranslated = false);

/// <summary>What the kernel remembers of flows (ctnetlink): where a packet goes the firewall is asked for the first of a flow alone.</summary>
public static class Conntrack
{
    private static readonly byte[] s_translated = [0, 0, 0, (byte)IPS_DST_NAT];

    // A flow's identity in the kernel's own bytes.
    private readonly record struct Key(byte[] Tuple, byte[] Id, byte[]? Zone);

    /// <summary>Forgets flows; the next packet of each is taken for the first of a new one. How many there were.</summary>
    /// <exception cref="KernelException">EPERM without CAP_NET_ADMIN; EINVAL, EOPNOTSUPP or ENOENT where the kernel has no ctnetlink.</exception>
    public static int Forget(FlowFilter filter, Func<Flow, bool> isMeant)
    {
        using NetlinkSocket socket = NetlinkSocket.Open(Netfilter.NETLINK_NETFILTER);
        byte family = (byte)(filter.Family == AddressFamily.InterNetwork ? AF_INET : AF_INET6);
        var found = new List<Key>();
        void Take(ushort type, ReadOnlyMemory<byte> body)
        {
            if (body.Length > NfGenMsg.Size && Read(body.Span[NfGenMsg.Size..], isMeant) is { } key) found.Add(key);
        }
        socket.Read(Filtered(Question(IPCTNL_MSG_CT_GET, NLM_F_DUMP, family), filter), Take, "flows");
        int count = 0;
        foreach (Key key in found)
        {
            NetlinkMessage request = Question(IPCTNL_MSG_CT_DELETE, NLM_F_ACK, family).Attribute(CTA_TUPLE_ORIG | NLA_F_NESTED, key.Tuple).Attribute(CTA_ID, key.Id);
            if (key.Zone is { } zone) request.Attribute(CTA_ZONE, zone);
            // ENOENT: it has run out meanwhile.
            if (socket.TrySend(request) == Errno.None) count++;
        }
        return count;
    }

    private static NetlinkMessage Question(ushort message, ushort flags, byte family)
        => new NetlinkMessage((ushort)(NFNL_SUBSYS_CTNETLINK << 8 | message), flags).Structure(new NfGenMsg { Family = family });

    private static NetlinkMessage Filtered(NetlinkMessage request, FlowFilter filter)
    {
        if (filter.IsTranslated) request.Attribute(CTA_STATUS, s_translated).Attribute(CTA_STATUS_MASK, s_translated);
        if (filter.Protocol is not { } protocol) return request;
        // Unlike all other numbers of netfilter's, the flags have this machine's byte order.
        return request.Nested(CTA_TUPLE_ORIG | NLA_F_NESTED, tuple => tuple.Nested(CTA_TUPLE_PROTO | NLA_F_NESTED, end =>
        {
            end.Attribute(CTA_PROTO_NUM, [(byte)protocol]);
            if (filter.Port is { } port) end.Attribute(CTA_PROTO_DST_PORT, [(byte)(port >> 8), (byte)port]);
        })).Nested(CTA_FILTER | NLA_F_NESTED, flags => flags.Attribute(CTA_FILTER_ORIG_FLAGS, FilterProtocol | (filter.Port is null ? 0 : FilterDestinationPort)).Attribute(CTA_FILTER_REPLY_FLAGS, 0));
    }

    private static Key? Read(ReadOnlySpan<byte> body, Func<Flow, bool> isMeant)
    {
        ReadOnlySpan<byte> tuple = default, id = default, zone = default;
        (int Protocol, IPAddress? Address, int Port) original = default, reply = default;
        uint status = 0;
        var walk = new NetlinkAttributes(body);
        while (walk.Next())
        {
            switch (walk.Type)
            {
                case CTA_TUPLE_ORIG:
                    tuple = walk.Value;
                    original = End(walk.Inner, CTA_IP_V4_DST, CTA_IP_V6_DST, CTA_PROTO_DST_PORT);
                    break;
                case CTA_TUPLE_REPLY: reply = End(walk.Inner, CTA_IP_V4_SRC, CTA_IP_V6_SRC, CTA_PROTO_SRC_PORT); break;
                case CTA_STATUS when walk.Value.Length >= 4: status = BinaryPrimitives.ReadUInt32BigEndian(walk.Value); break;
                case CTA_ID: id = walk.Value; break;
                case CTA_ZONE: zone = walk.Value; break;
            }
        }
        if (original.Address is null || reply.Address is null) return null;
        var flow = new Flow(original.Protocol, original.Address, original.Port, reply.Address, reply.Port, (status & IPS_DST_NAT) != 0);
        return isMeant(flow) ? new Key(tuple.ToArray(), id.ToArray(), zone.IsEmpty ? null : zone.ToArray()) : null;
    }

    // One end of a tuple: where its packets come from, or go to.
    private static (int Protocol, IPAddress? Address, int Port) End(NetlinkAttributes tuple, ushort address4, ushort address6, ushort port)
    {
        (int Protocol, IPAddress? Address, int Port) end = default;
        while (tuple.Next())
        {
            NetlinkAttributes inner = tuple.Inner;
            while (inner.Next())
            {
                if (tuple.Type == CTA_TUPLE_IP && (inner.Type == address4 || inner.Type == address6)) end.Address = new IPAddress(inner.Value);
                else if (tuple.Type == CTA_TUPLE_PROTO && inner.Type == CTA_PROTO_NUM) end.Protocol = inner.Value[0];
                else if (tuple.Type == CTA_TUPLE_PROTO && inner.Type == port) end.Port = BinaryPrimitives.ReadUInt16BigEndian(inner.Value);
            }
        }
        return end;
    }
}
