using System.Runtime.InteropServices;

namespace PSContainer.Kernel.Netlink;

/// <summary>Numbers of netlink(7) and rtnetlink(7), by their C names. tests/unit checks them against the headers.</summary>
public static class Rtnetlink
{
    public const int AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, AF_UNSPEC = 0, SOCK_RAW = 3, NETLINK_ROUTE = 0;

    public const ushort NLMSG_ERROR = 2, NLMSG_DONE = 3;
    public const ushort RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18, RTM_SETLINK = 19;
    public const ushort RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_GETADDR = 22, RTM_NEWROUTE = 24, RTM_DELROUTE = 25, RTM_GETROUTE = 26, RTM_GETNSID = 90;

    public const ushort NLM_F_REQUEST = 0x1, NLM_F_ACK = 0x4, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400, NLM_F_DUMP = 0x300, NLM_F_REPLACE = 0x100;
    public const ushort NLM_F_CAPPED = 0x100, NLM_F_ACK_TLVS = 0x200, NLMSGERR_ATTR_MSG = 1;
    public const int SOL_NETLINK = 270, NETLINK_CAP_ACK = 10, NETLINK_EXT_ACK = 11;

    public const ushort IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_MASTER = 10, IFLA_LINKINFO = 18, IFLA_IFALIAS = 20, IFLA_STATS64 = 23;
    public const ushort IFLA_AF_SPEC = 26, IFLA_NET_NS_FD = 28, IFLA_NUM_TX_QUEUES = 31, IFLA_NUM_RX_QUEUES = 32, IFLA_INFO_KIND = 1, IFLA_INFO_DATA = 2, VETH_INFO_PEER = 1;
    public const ushort IFLA_INET6_ADDR_GEN_MODE = 8;
    public const byte IN6_ADDR_GEN_MODE_NONE = 1;

    public const ushort IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_BROADCAST = 4, IFA_FLAGS = 8;
    public const uint IFA_F_NODAD = 0x02, IFA_F_NOPREFIXROUTE = 0x200;

    public const ushort RTA_DST = 1, RTA_OIF = 4, RTA_GATEWAY = 5, RTA_PREFSRC = 7, RTA_TABLE = 15;
    public const byte RT_TABLE_MAIN = 254, RTPROT_KERNEL = 2, RTPROT_BOOT = 3, RT_SCOPE_UNIVERSE = 0, RT_SCOPE_LINK = 253, RTN_UNICAST = 1;

    public const ushort NETNSA_NSID = 1, NETNSA_FD = 3;

    public const uint IFF_UP = 1;

    /// <summary>struct nlmsghdr: length, type, flags, sequence, port.</summary>
    internal const int HeaderSize = 16;

    /// <summary>The length of a message or attribute with what pads it (NLMSG_ALIGN, RTA_ALIGN).</summary>
    internal static int Align(int length) => (length + 3) & ~3;
}

/// <summary>struct sockaddr_nl of netlink(7).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SockAddrNl
{
    public ushort Family, Padding;
    public uint Port, Groups;
}

/// <summary>struct ifinfomsg of rtnetlink(7).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct IfInfoMsg
{
    public byte Family, Padding;
    public ushort Type;
    public int Index;
    public uint Flags, Change;
}

/// <summary>struct ifaddrmsg of rtnetlink(7).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct IfAddrMsg
{
    public byte Family, PrefixLength, Flags, Scope;
    public int Index;
}

/// <summary>struct rtmsg of rtnetlink(7).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct RtMsg
{
    public byte Family, DestinationLength, SourceLength, Tos, Table, Protocol, Scope, Type;
    public uint Flags;
}
