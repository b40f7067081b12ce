using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>One half of a veth(4) pair that goes to another network namespace.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Address">Its MAC, six bytes.</param>
public sealed record VethPeer(string Name, byte[] Address);

/// <summary>Requests about links (rtnetlink(7), RTM_NEWLINK and its kin).</summary>
public static class LinkRequest
{
    /// <summary>A bridge that keeps its MAC, whatever is attached to it; down.</summary>
    public static NetlinkMessage NewBridge(string name, byte[] address, int mtu)
        => New(name).Attribute(IFLA_ADDRESS, address).Attribute(IFLA_MTU, mtu)
            .Nested(IFLA_LINKINFO, info => info.Attribute(IFLA_INFO_KIND, "bridge"));

    /// <summary>A veth pair, both down: one half where the socket is, the other in the namespace whose descriptor stands in the request.</summary>
    /// <param name="namespaceOffset">Where in the message the descriptor stands.</param>
    public static NetlinkMessage NewVeth(string name, int mtu, VethPeer peer, int netNamespace, out int namespaceOffset)
    {
        int offset = 0;
        NetlinkMessage message = OneQueue(New(name)).Attribute(IFLA_MTU, mtu).Nested(IFLA_LINKINFO, info => info
            .Attribute(IFLA_INFO_KIND, "veth")
            .Nested(IFLA_INFO_DATA, data => data.Nested(VETH_INFO_PEER, half =>
            {
                OneQueue(half.Structure(new IfInfoMsg())).Attribute(IFLA_IFNAME, peer.Name).Attribute(IFLA_MTU, mtu).Attribute(IFLA_ADDRESS, peer.Address);
                offset = half.NextValueOffset;
                half.Attribute(IFLA_NET_NS_FD, netNamespace);
            })));
        namespaceOffset = offset;
        return message;
    }

    /// <summary>No IPv6 address of the kernel's own making: a bridge's port has no use for one, and it would be announced.</summary>
    public static NetlinkMessage WithoutLinkLocal(string name)
        => Set(name).Nested(IFLA_AF_SPEC, all => all.Nested(AF_INET6, six => six.Attribute(IFLA_INET6_ADDR_GEN_MODE, [IN6_ADDR_GEN_MODE_NONE])));

    /// <summary>Attaches a link to a bridge and raises it.</summary>
    /// <param name="masterOffset">Where in the message the bridge's index stands.</param>
    public static NetlinkMessage Attach(string name, int bridge, out int masterOffset)
    {
        NetlinkMessage message = Set(name, up: true);
        masterOffset = message.NextValueOffset;
        return message.Attribute(IFLA_MASTER, bridge);
    }

    /// <summary>Raises a link.</summary>
    public static NetlinkMessage Raise(string name) => Set(name, up: true);

    /// <summary>Words beside a link ("alias" in ip-link(8)): whose it is.</summary>
    public static NetlinkMessage Describe(string name, string alias) => Set(name).Attribute(IFLA_IFALIAS, alias);

    public static NetlinkMessage Delete(string name)
        => new NetlinkMessage(RTM_DELLINK, NLM_F_ACK).Structure(new IfInfoMsg()).Attribute(IFLA_IFNAME, name);

    public static NetlinkMessage Get(string name)
        => new NetlinkMessage(RTM_GETLINK, 0).Structure(new IfInfoMsg()).Attribute(IFLA_IFNAME, name);

    public static NetlinkMessage All() => new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).Structure(new IfInfoMsg());

    private static NetlinkMessage New(string name)
        => new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL).Structure(new IfInfoMsg()).Attribute(IFLA_IFNAME, name);

    // A half uses one in any case. Where it is not told so, it is made with one a processor, and giving them up waits for an RCU grace period.
    private static NetlinkMessage OneQueue(NetlinkMessage half) => half.Attribute(IFLA_NUM_TX_QUEUES, 1).Attribute(IFLA_NUM_RX_QUEUES, 1);

    private static NetlinkMessage Set(string name, bool up = false)
        => new NetlinkMessage(RTM_SETLINK, NLM_F_ACK)
            .Structure(up ? new IfInfoMsg { Flags = IFF_UP, Change = IFF_UP } : new IfInfoMsg()).Attribute(IFLA_IFNAME, name);
}
