using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Proc;

public class NetTableTests
{
    [Fact]
    public void Routes_read_as_ip_route_has_them()
    {
        const string text = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
            + "eth0\t00000000\t0111A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t0011A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\nbroken\n";
        Assert.Equal(["default via 192.168.17.1 dev eth0", "192.168.17.0/24 dev eth0"], RouteTable.Parse4(text));
    }

    [Fact]
    public void Of_IPv6_those_to_networks_alone()
    {
        const string none = "00000000000000000000000000000000";
        string text = $"fd980000000000000000000000000000 40 {none} 00 {none} 00000100 00000001 00000000 00000001     eth0\n"
            + $"{none} 00 {none} 00 fd980000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
            + $"00000000000000000000000000000001 80 {none} 00 {none} 00000000 00000004 00000000 80200001       lo\n"
            + $"ff000000000000000000000000000000 08 {none} 00 {none} 00000100 00000001 00000000 00000001     eth0\n"
            + $"{none} 00 {none} 00 {none} ffffffff 00000001 00000000 00200200       lo\n";
        Assert.Equal(["fd98::/64 dev eth0", "default via fd98::1 dev eth0"], RouteTable.Parse6(text));
    }

    [Fact]
    public void Of_TCP_listeners_count_and_what_follows_them_is_not_read()
    {
        IEnumerable<string> Lines()
        {
            yield return "  sl  local_address rem_address   st";
            yield return "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1";
            yield return "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4243 1";
            yield return "   2: 0100007F:0016 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4244 1";
            throw new InvalidOperationException("read on");
        }
        Assert.Equal([22, 8080], SocketTable.Ports(Lines(), isTcp: true));
    }

    [Fact]
    public void Of_UDP_those_that_take_from_everybody()
        => Assert.Equal([53], SocketTable.Ports(["  sl", "  1: 00000000:0035 00000000:0000 07 0:0 0:0 0 0 0 1 2", "  2: 0100007F:C350 0100007F:0035 01 0:0 0:0 0 0 0 1 2"], isTcp: false));
}
