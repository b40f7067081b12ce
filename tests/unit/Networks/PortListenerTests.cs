using PSContainer.Engine;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Networks;

public class PortListenerTests
{
    private static PortListener Take(string wish, Func<PortBinding, string?>? holder = null) => PortListener.Take(PortWish.Parse(wish)[0], holder ?? (_ => null));

    [Theory]
    [InlineData(":80")]
    [InlineData(":80/udp")]
    [InlineData("127.0.0.1::80")]
    public void A_free_port_is_found_and_then_held(string wish)
    {
        using PortListener first = Take(wish);
        Assert.InRange(first.Binding.HostPort, 1, 65535);
        var failure = Assert.Throws<EngineException>(() => Take(first.Binding.ToString(), _ => "the container 'web'"));
        Assert.Equal("PortInUse", failure.Id);
        Assert.Contains("'web'", failure.Message);
    }

    [Fact]
    public void A_port_is_free_again_once_it_is_given_back()
    {
        string wish;
        using (PortListener first = Take(":80")) wish = first.Binding.ToString();
        using PortListener second = Take(wish);
        Assert.Equal(wish, second.Binding.ToString());
    }

    [Fact]
    public void Every_address_is_taken_with_all_of_them()
    {
        using PortListener all = Take(":80");
        Assert.Equal("PortInUse", Assert.Throws<EngineException>(() => Take($"127.0.0.1:{all.Binding.HostPort}:80")).Id);
    }

    [Fact]
    public void An_address_of_another_machine_is_an_error()
        // TEST-NET-3 (RFC 5737).
        => Assert.Equal("PortAddressUnknown", Assert.Throws<EngineException>(() => Take("203.0.113.77::80")).Id);

    [Fact]
    public void The_kernels_tables_tell_whose_socket_it_is()
    {
        using PortListener held = Take("127.0.0.1::80");
        string link = new FileInfo($"/proc/self/fd/{held.Socket}").LinkTarget!;
        Assert.Contains(link["socket:[".Length..^1], SocketTable.Inodes(isTcp: true, held.Binding.HostPort));
    }

    [Theory]
    [InlineData("   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0000000000000000 100 0 0 10 0", true, "4242")]
    [InlineData("   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4243 1 0", true, "4243")]
    [InlineData("   1: 0100007F:1F90 0100007F:8412 01 00000000:00000000 00:00000000 00000000     0        0 4242 1 0000000000000000 20 4 30 10 -1", true, null)]
    [InlineData("   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0", true, null)]
    [InlineData("  12: 00000000:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 77 2 0 0", false, "77")]
    [InlineData("", true, null)]
    public void A_line_of_the_table_names_the_holder(string line, bool isTcp, string? inode) => Assert.Equal(inode, SocketTable.Holder(line, isTcp, 8080));

    [Fact]
    public void A_name_of_a_socket_is_laid_out_as_the_kernel_wants()
    {
        var four = new SocketName(global::System.Net.IPAddress.Parse("127.0.0.1"), 8080);
        Assert.Equal([2, 0, 0x1F, 0x90, 127, 0, 0, 1], four.Bytes[..8].ToArray());
        Assert.Equal(16, four.Length);
        var six = new SocketName(global::System.Net.IPAddress.IPv6Loopback, 8080);
        Assert.Equal([10, 0, 0x1F, 0x90], six.Bytes[..4].ToArray());
        Assert.Equal(1, six.Bytes[23]);
        Assert.Equal(28, six.Length);
    }
}
