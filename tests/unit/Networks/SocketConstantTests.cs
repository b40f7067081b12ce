using PSContainer.Tests.Unit.Constants;

namespace PSContainer.Tests.Unit.Networks;

[Trait("Needs", "gcc")]
public class SocketConstantTests
{
    [HeaderFact("sys/socket.h", "netinet/in.h", "netinet/tcp.h", "sys/epoll.h", "sys/un.h")]
    public void Sockets_have_the_numbers_that_are_written_as_such()
        => Headers.Agree(["sys/socket.h", "netinet/in.h", "netinet/tcp.h", "sys/epoll.h", "sys/un.h"],
        [
            ("AF_UNIX + 0", 1), ("AF_INET + 0", 2), ("AF_INET6 + 0", 10), ("AF_NETLINK + 0", 16), ("SOCK_STREAM + 0", 1), ("SOCK_DGRAM + 0", 2), ("SOCK_RAW + 0", 3), ("SOCK_SEQPACKET + 0", 5),
            ("SOL_SOCKET + 0", 1), ("IPPROTO_IP + 0", 0), ("IPPROTO_TCP + 0", 6), ("IPPROTO_IPV6 + 0", 41), ("SHUT_WR + 0", 1), ("MSG_NOSIGNAL + 0", 0x4000),
            ("SO_REUSEADDR + 0", 2), ("SO_ERROR + 0", 4), ("SO_LINGER + 0", 13), ("TCP_NODELAY + 0", 1), ("IPV6_V6ONLY + 0", 26), ("IP_PKTINFO + 0", 8), ("IPV6_RECVPKTINFO + 0", 49),
            ("EPOLLIN + 0", 1), ("EPOLLOUT + 0", 4), ("EPOLLERR + 0", 8), ("EPOLLHUP + 0", 16), ("EPOLL_CTL_ADD + 0", 1), ("EPOLL_CTL_DEL + 0", 2), ("EPOLL_CTL_MOD + 0", 3),
            ("sizeof(struct sockaddr_un)", 110), ("sizeof(struct sockaddr_in)", 16), ("sizeof(struct sockaddr_in6)", 28), ("sizeof(struct msghdr)", 56), ("sizeof(struct iovec)", 16),
            ("offsetof(struct msghdr, msg_control)", 32), ("CMSG_SPACE(sizeof(struct in6_pktinfo))", 40), ("CMSG_LEN(0)", 16),
            ("offsetof(struct cmsghdr, cmsg_level)", 8), ("offsetof(struct in_pktinfo, ipi_ifindex)", 0), ("offsetof(struct in6_pktinfo, ipi6_ifindex)", 16),
            ("offsetof(struct epoll_event, data)", Environment.Is64BitProcess && global::System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == global::System.Runtime.InteropServices.Architecture.X64 ? 4 : 8),
        ]);

    [HeaderFact("linux/netfilter/nf_tables.h", "linux/netfilter/nfnetlink.h", "linux/netlink.h")]
    public void Questions_to_the_firewall_have_their_numbers()
        => Headers.Agree(["linux/netfilter.h", "linux/netfilter/nfnetlink.h", "linux/netfilter/nf_tables.h", "linux/netlink.h"],
        [
            ("NETLINK_NETFILTER + 0", 12), ("NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE", 10 << 8 | 1), ("NLM_F_REQUEST + 0", 1), ("NLMSG_ERROR + 0", 2), ("NFTA_TABLE_NAME + 0", 1), ("NFPROTO_INET + 0", 1),
            ("sizeof(struct nlmsghdr)", 16), ("sizeof(struct nfgenmsg)", 4),
        ]);
}
