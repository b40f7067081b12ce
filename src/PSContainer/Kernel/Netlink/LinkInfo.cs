using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>A network link as the kernel lists it.</summary>
/// <param name="Kind">"bridge", "veth"; empty for a real card and for loopback.</param>
/// <param name="Master">The number of the bridge that it is attached to, 0 where to none.</param>
/// <param name="Alias">Words that somebody put beside it.</param>
public sealed record LinkInfo(int Index, string Name, string Kind, int Mtu, int Master, bool IsUp, string Alias, byte[] Address)
{
    /// <summary>Bytes and packets since it is there.</summary>
    public ulong RxBytes { get; init; }
    public ulong TxBytes { get; init; }
    public ulong RxPackets { get; init; }
    public ulong TxPackets { get; init; }

    /// <summary>The link of that name; null where there is none.</summary>
    /// <exception cref="KernelException"/>
    public static LinkInfo? Find(NetlinkSocket socket, string name)
    {
        LinkInfo? found = null;
        socket.TryRead(LinkRequest.Get(name), Errno.ENODEV, (type, body) => found = type == RTM_NEWLINK ? Parse(body.Span) : found, name);
        return found;
    }

    /// <exception cref="KernelException"/>
    public static IReadOnlyList<LinkInfo> All(NetlinkSocket socket)
    {
        var links = new List<LinkInfo>();
        socket.Read(LinkRequest.All(), (type, body) =>
        {
            if (type == RTM_NEWLINK && Parse(body.Span) is { } link) links.Add(link);
        });
        return links;
    }

    /// <summary>Reads the body of an RTM_NEWLINK; null where it is too short to be one.</summary>
    public static unsafe LinkInfo? Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length < sizeof(IfInfoMsg)) return null;
        var header = MemoryMarshal.Read<IfInfoMsg>(body);
        string name = "", kind = "", alias = "";
        int mtu = 0, master = 0;
        byte[] address = [];
        ulong rxPackets = 0, txPackets = 0, rxBytes = 0, txBytes = 0;
        var attributes = new NetlinkAttributes(body[sizeof(IfInfoMsg)..]);
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case IFLA_IFNAME: name = attributes.Text; break;
                case IFLA_MTU: mtu = attributes.Number; break;
                case IFLA_MASTER: master = attributes.Number; break;
                case IFLA_IFALIAS: alias = attributes.Text; break;
                case IFLA_ADDRESS: address = attributes.Value.ToArray(); break;
                case IFLA_LINKINFO:
                    NetlinkAttributes info = attributes.Inner;
                    while (info.Next())
                        if (info.Type == IFLA_INFO_KIND) kind = info.Text;
                    break;
                // struct rtnl_link_stats64: rx_packets, tx_packets, rx_bytes, tx_bytes, …
                case IFLA_STATS64 when attributes.Value.Length >= 32:
                    rxPackets = BinaryPrimitives.ReadUInt64LittleEndian(attributes.Value);
                    txPackets = BinaryPrimitives.ReadUInt64LittleEndian(attributes.Value[8..]);
                    rxBytes = BinaryPrimitives.ReadUInt64LittleEndian(attributes.Value[16..]);
                    txBytes = BinaryPrimitives.ReadUInt64LittleEndian(attributes.Value[24..]);
                    break;
            }
        }
        return new LinkInfo(header.Index, name, kind, mtu, master, (header.Flags & IFF_UP) != 0, alias, address)
        {
            RxBytes = rxBytes, TxBytes = txBytes, RxPackets = rxPackets, TxPackets = txPackets,
        };
    }
}

/// <summary>A route of the host: where to, through which link.</summary>
/// <param name="Network">The destination; /0 is the default route.</param>
/// <param name="Link">The link's number, 0 where it has several or none.</param>
public sealed record RouteInfo(IPNetwork Network, int Link, byte Table)
{
    /// <summary>All routes, of both families.</summary>
    /// <exception cref="KernelException"/>
    public static IReadOnlyList<RouteInfo> All(NetlinkSocket socket)
    {
        var routes = new List<RouteInfo>();
        socket.Read(AddressRequest.AllRoutes(), (type, body) =>
        {
            if (type == RTM_NEWROUTE && Parse(body.Span) is { } route) routes.Add(route);
        });
        return routes;
    }

    /// <summary>Reads the body of an RTM_NEWROUTE; null where it is of another family.</summary>
    public static unsafe RouteInfo? Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length < sizeof(RtMsg)) return null;
        var header = MemoryMarshal.Read<RtMsg>(body);
        if (header.Family is not ((byte)AF_INET or (byte)AF_INET6)) return null;
        byte[] destination = new byte[header.Family == AF_INET ? 4 : 16];
        int link = 0;
        var attributes = new NetlinkAttributes(body[sizeof(RtMsg)..]);
        while (attributes.Next())
        {
            if (attributes.Type == RTA_DST && attributes.Value.Length == destination.Length) attributes.Value.CopyTo(destination);
            if (attributes.Type == RTA_OIF) link = attributes.Number;
        }
        return header.DestinationLength <= destination.Length * 8 ? new RouteInfo(new IPNetwork(new IPAddress(destination), header.DestinationLength), link, header.Table) : null;
    }
}
