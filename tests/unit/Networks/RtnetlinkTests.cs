using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;
using PSContainer.Tests.Unit.Constants;

namespace PSContainer.Tests.Unit.Networks;

/// <summary>rtnetlink's numbers against the headers, its messages byte by byte, and the kernel's own answers.</summary>
public class RtnetlinkTests
{
    private static readonly string[] s_headers = ["sys/socket.h", "linux/netlink.h", "linux/rtnetlink.h", "linux/if_link.h", "linux/if_addr.h", "linux/if.h", "linux/veth.h", "linux/net_namespace.h"];

    [HeaderFact("linux/rtnetlink.h", "linux/if_link.h", "linux/veth.h"), Trait("Needs", "gcc")]
    public void Numbers_are_those_of_the_headers()
    {
        (string C, long Value)[] facts = [.. typeof(Rtnetlink).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral)
            .Select(field => (field.Name + " + 0", Convert.ToInt64(field.GetRawConstantValue())))];
        Assert.True(facts.Length > 60);
        Headers.Agree(s_headers, facts);
    }

    [HeaderFact("linux/netfilter/nfnetlink.h", "linux/netfilter/nf_tables.h"), Trait("Needs", "gcc")]
    public void Those_of_the_firewall_are_as_well()
        => Headers.Agree(["linux/netlink.h", "linux/netfilter/nfnetlink.h", "linux/netfilter/nf_tables.h"],
        [
            .. typeof(Netfilter).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name + " + 0", Convert.ToInt64(field.GetRawConstantValue()))),
            ("sizeof(struct nfgenmsg)", Marshal.SizeOf<NfGenMsg>()), ("offsetof(struct nfgenmsg, nfgen_family)", Offset<NfGenMsg>("Family")),
        ]);

    [HeaderFact("linux/netfilter/nfnetlink_conntrack.h", "linux/netfilter/nf_conntrack_common.h"), Trait("Needs", "gcc")]
    public void Those_of_remembered_flows_are_as_well()
        => Headers.Agree(["linux/netlink.h", "linux/netfilter/nfnetlink.h", "linux/netfilter/nfnetlink_conntrack.h", "linux/netfilter/nf_conntrack_common.h"],
            [.. typeof(ConntrackNumbers).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name + " + 0", Convert.ToInt64(field.GetRawConstantValue())))]);

    [HeaderFact("linux/sock_diag.h", "linux/inet_diag.h", "linux/tcp.h"), Trait("Needs", "gcc")]
    public void Those_of_listening_sockets_are_as_well()
        => Headers.Agree(["netinet/in.h", "netinet/tcp.h", "linux/netlink.h", "linux/sock_diag.h", "linux/inet_diag.h"],
        [
            .. typeof(SocketDiagNumbers).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (field.Name + " + 0", Convert.ToInt64(field.GetRawConstantValue()))),
            ("sizeof(struct inet_diag_req_v2)", Marshal.SizeOf<InetDiagRequest>()), ("offsetof(struct inet_diag_req_v2, idiag_states)", Offset<InetDiagRequest>("States")),
            ("offsetof(struct inet_diag_req_v2, id)", Offset<InetDiagRequest>("Id")), ("offsetof(struct inet_diag_msg, id)", 4), ("offsetof(struct inet_diag_sockid, idiag_sport)", 0),
        ]);

    [HeaderFact("linux/rtnetlink.h"), Trait("Needs", "gcc")]
    public void Structures_are_laid_out_as_the_kernel_has_them()
        => Headers.Agree(s_headers,
        [
            ("sizeof(struct ifinfomsg)", Marshal.SizeOf<IfInfoMsg>()), ("offsetof(struct ifinfomsg, ifi_index)", Offset<IfInfoMsg>("Index")), ("offsetof(struct ifinfomsg, ifi_flags)", Offset<IfInfoMsg>("Flags")),
            ("offsetof(struct ifinfomsg, ifi_change)", Offset<IfInfoMsg>("Change")),
            ("sizeof(struct ifaddrmsg)", Marshal.SizeOf<IfAddrMsg>()), ("offsetof(struct ifaddrmsg, ifa_prefixlen)", Offset<IfAddrMsg>("PrefixLength")), ("offsetof(struct ifaddrmsg, ifa_index)", Offset<IfAddrMsg>("Index")),
            ("sizeof(struct rtmsg)", Marshal.SizeOf<RtMsg>()), ("offsetof(struct rtmsg, rtm_table)", Offset<RtMsg>("Table")), ("offsetof(struct rtmsg, rtm_scope)", Offset<RtMsg>("Scope")), ("offsetof(struct rtmsg, rtm_type)", Offset<RtMsg>("Type")),
            ("sizeof(struct sockaddr_nl)", Marshal.SizeOf<SockAddrNl>()), ("offsetof(struct sockaddr_nl, nl_pid)", Offset<SockAddrNl>("Port")), ("offsetof(struct sockaddr_nl, nl_groups)", Offset<SockAddrNl>("Groups")),
            ("sizeof(struct nlmsghdr)", 16), ("offsetof(struct nlmsghdr, nlmsg_seq)", 8), ("offsetof(struct nlmsghdr, nlmsg_pid)", 12), ("offsetof(struct nlmsgerr, msg)", 4), ("offsetof(struct rtnl_link_stats64, rx_bytes)", 16), ("offsetof(struct rtnl_link_stats64, tx_bytes)", 24),
        ]);

    [Fact]
    public void A_request_reads_as_the_manual_page_has_it()
    {
        byte[] bytes = LinkRequest.Raise("eth0").ToArray();
        Assert.Equal("2C0000001300050000000000000000000000000000000000010000000100000009000300657468300000" + "0000", Convert.ToHexString(bytes));
    }

    [Fact]
    public void What_a_plan_fills_in_stands_where_it_says()
    {
        byte[] pair = LinkRequest.NewVeth("a", 1500, new VethPeer("eth0", [2, 0, 0, 0, 0, 1]), 0x11223344, out int at).ToArray();
        Assert.Equal(0x11223344, BitConverter.ToInt32(pair, at));
        byte[] attach = LinkRequest.Attach("a", 0x11223344, out at).ToArray();
        Assert.Equal(0x11223344, BitConverter.ToInt32(attach, at));
        byte[] address = AddressRequest.Add(0x11223344, IPAddress.Parse("10.0.0.1"), 24, withRoute: true, out at).ToArray();
        Assert.Equal(0x11223344, BitConverter.ToInt32(address, at));
        byte[] route = AddressRequest.AddDefault(0x11223344, IPAddress.Parse("fd00::1"), out at).ToArray();
        Assert.Equal(0x11223344, BitConverter.ToInt32(route, at));
    }

    [Fact]
    public void Both_halves_of_a_pair_are_made_with_one_queue()
    {
        string pair = Convert.ToHexString(LinkRequest.NewVeth("a", 1500, new VethPeer("eth0", [2, 0, 0, 0, 0, 1]), 5, out _).ToArray());
        // IFLA_NUM_TX_QUEUES and IFLA_NUM_RX_QUEUES, 8 bytes each, once for each half.
        Assert.Equal(3, pair.Split("08001F0001000000" + "0800200001000000").Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0100")]
    [InlineData("03000100")]
    [InlineData("FFFF01000102")]
    public void Attributes_that_can_t_be_are_the_end_of_the_walk(string hex) => Assert.False(new NetlinkAttributes(Convert.FromHexString(hex)).Next());

    [Fact]
    public void An_error_comes_with_the_kernels_words()
    {
        // -EEXIST, capped, then NLMSGERR_ATTR_MSG "no".
        byte[] message = [48, 0, 0, 0, 2, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0xEF, 0xFF, 0xFF, 0xFF, .. new byte[16], 7, 0, 1, 0, (byte)'n', (byte)'o', 0, 0];
        Assert.Equal((Errno.EEXIST, "no"), (NetlinkSocket.ParseError(message, out string? words), words));
        Assert.Equal(Errno.EPROTO, NetlinkSocket.ParseError(message.AsSpan(0, 12), out _));
    }

    [Fact]
    public void The_kernel_lists_loopback_and_names_what_is_missing()
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        LinkInfo loopback = LinkInfo.Find(socket, "lo")!;
        Assert.Equal((1, "lo", "", 0), (loopback.Index, loopback.Name, loopback.Kind, loopback.Master));
        Assert.Contains(LinkInfo.All(socket), link => link.Name == "lo");
        Assert.Null(LinkInfo.Find(socket, "pc-none-0"));
        Assert.Contains(RouteInfo.All(socket), route => route.Network.Contains(IPAddress.Loopback) && route.Network.PrefixLength > 0);
        KernelException failure = Assert.Throws<KernelException>(() => socket.Send(LinkRequest.Raise("pc-none-0"), "pc-none-0"));
        Assert.Equal(("RTM_SETLINK", "pc-none-0"), (failure.Call, failure.Path));
    }

    private static long Offset<T>(string field) => Marshal.OffsetOf<T>(field);
}
