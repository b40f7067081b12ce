namespace PSContainer.Kernel.Netlink;

/// <summary>Numbers of ctnetlink (linux/netfilter/nfnetlink_conntrack.h), by their C names. tests/unit checks them against the headers.</summary>
public static class ConntrackNumbers
{
    public const ushort NFNL_SUBSYS_CTNETLINK = 1, IPCTNL_MSG_CT_GET = 1, IPCTNL_MSG_CT_DELETE = 2;
    public const ushort CTA_TUPLE_ORIG = 1, CTA_TUPLE_REPLY = 2, CTA_STATUS = 3, CTA_ID = 12, CTA_ZONE = 18, CTA_FILTER = 25, CTA_STATUS_MASK = 26;
    public const ushort CTA_TUPLE_IP = 1, CTA_TUPLE_PROTO = 2, CTA_IP_V4_SRC = 1, CTA_IP_V4_DST = 2, CTA_IP_V6_SRC = 3, CTA_IP_V6_DST = 4;
    public const ushort CTA_PROTO_NUM = 1, CTA_PROTO_SRC_PORT = 2, CTA_PROTO_DST_PORT = 3, CTA_FILTER_ORIG_FLAGS = 1, CTA_FILTER_REPLY_FLAGS = 2;
    public const ushort NLA_F_NESTED = 0x8000;
    public const uint IPS_DST_NAT = 0x20;

    // What of a tuple CTA_FILTER compares; no header has these (the kernel's net/netfilter/nf_internals.h).
    internal const int FilterProtocol = 8, FilterDestinationPort = 32;
}
