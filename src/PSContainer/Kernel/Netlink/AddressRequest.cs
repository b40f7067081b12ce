using System.Net;
using System.Net.Sockets;
using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>Requests about addresses and routes (rtnetlink(7), RTM_NEWADDR, RTM_NEWROUTE).</summary>
public static class AddressRequest
{
    // struct nlmsghdr, then family, prefix length, flags and scope.
    private const int AddressIndexOffset = HeaderSize + 4, IfAddrMsgSize = 8;

    /// <summary>An address for a link. IPv6: without asking the neighbours whether it is taken, which would take a second.</summary>
    /// <param name="index">The link's number.</param>
    /// <param name="withRoute">With the route to its network, as usual.</param>
    /// <param name="indexOffset">Where in the message the number stands.</param>
    public static NetlinkMessage Add(int index, IPAddress address, int prefixLength, bool withRoute, out int indexOffset)
    {
        bool six = address.AddressFamily == AddressFamily.InterNetworkV6;
        byte[] bytes = address.GetAddressBytes();
        indexOffset = AddressIndexOffset;
        NetlinkMessage message = new NetlinkMessage(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
            .Structure(new IfAddrMsg { Family = Family(address), PrefixLength = (byte)prefixLength, Index = index })
            .Attribute(IFA_LOCAL, bytes).Attribute(IFA_ADDRESS, bytes)
            .Attribute(IFA_FLAGS, (int)((six ? IFA_F_NODAD : 0) | (withRoute ? 0 : IFA_F_NOPREFIXROUTE)));
        return six ? message : message.Attribute(IFA_BROADCAST, Broadcast(bytes, prefixLength));
    }

    /// <summary>A network that is right behind a link. NLM_F_EXCL: the kernel refuses it where another link has it already.</summary>
    public static NetlinkMessage AddNetwork(int index, IPAddress network, int prefixLength)
        => Route(network, prefixLength, RT_SCOPE_LINK).Attribute(RTA_DST, network.GetAddressBytes()).Attribute(RTA_OIF, index);

    /// <summary>The way out.</summary>
    /// <param name="indexOffset">Where in the message the link's number stands.</param>
    public static NetlinkMessage AddDefault(int index, IPAddress gateway, out int indexOffset)
    {
        NetlinkMessage message = Route(gateway, 0, RT_SCOPE_UNIVERSE).Attribute(RTA_GATEWAY, gateway.GetAddressBytes());
        indexOffset = message.NextValueOffset;
        return message.Attribute(RTA_OIF, index);
    }

    public static NetlinkMessage AllRoutes() => new NetlinkMessage(RTM_GETROUTE, NLM_F_DUMP).Structure(new RtMsg());

    /// <summary>The addresses of all links, one after another.</summary>
    /// <exception cref="KernelException"/>
    public static void ReadAll(NetlinkSocket socket, Action<IPAddress> take)
        => socket.Read(new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).Structure(new IfAddrMsg()), (type, body) =>
        {
            if (type != RTM_NEWADDR || body.Length < IfAddrMsgSize) return;
            // IFA_LOCAL is the address itself where IFA_ADDRESS is that of the other end; IPv6 has the latter alone.
            IPAddress? address = null;
            bool isLocal = false;
            var walk = new NetlinkAttributes(body.Span[IfAddrMsgSize..]);
            while (walk.Next())
            {
                if (walk.Type != IFA_LOCAL && (walk.Type != IFA_ADDRESS || isLocal)) continue;
                address = new IPAddress(walk.Value);
                isLocal = walk.Type == IFA_LOCAL;
            }
            if (address is not null) take(address);
        });

    private static NetlinkMessage Route(IPAddress address, int prefixLength, byte scope)
        => new NetlinkMessage(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL).Structure(new RtMsg
        {
            Family = Family(address), DestinationLength = (byte)prefixLength, Table = RT_TABLE_MAIN, Protocol = RTPROT_BOOT, Scope = scope, Type = RTN_UNICAST,
        });

    private static byte Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)AF_INET6 : (byte)AF_INET;

    private static byte[] Broadcast(byte[] address, int prefixLength)
    {
        byte[] last = [.. address];
        for (int bit = prefixLength; bit < 32; bit++) last[bit / 8] |= (byte)(0x80 >> bit % 8);
        return last;
    }
}
