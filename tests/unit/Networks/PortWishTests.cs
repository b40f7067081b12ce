using System.Net;
using PSContainer.Engine;
using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Tests.Unit.Networks;

public class PortWishTests
{
    [Theory]
    [InlineData("8080:80", "8080:80/tcp")]
    [InlineData("8080:80/udp", "8080:80/udp")]
    [InlineData("8080:80/UDP", "8080:80/udp")]
    [InlineData("127.0.0.1:8080:80/tcp", "127.0.0.1:8080:80/tcp")]
    [InlineData("[::1]:8080:80", "[::1]:8080:80/tcp")]
    [InlineData("[::ffff:127.0.0.1]:8080:80", "127.0.0.1:8080:80/tcp")]
    [InlineData("0.0.0.0:1:65535", "0.0.0.0:1:65535/tcp")]
    [InlineData("80", ":80/tcp")]
    [InlineData(":80", ":80/tcp")]
    [InlineData(":80/udp", ":80/udp")]
    [InlineData("127.0.0.1::80", "127.0.0.1::80/tcp")]
    [InlineData("[::1]::80", "[::1]::80/tcp")]
    public void Dockers_forms_are_read_and_written(string wish, string written)
    {
        PortBinding binding = Assert.Single(PortWish.Parse(wish));
        Assert.Equal(written, binding.ToString());
        Assert.Equal(binding, Assert.Single(PortWish.Parse(written)));
    }

    [Fact]
    public void A_range_is_as_many_bindings_as_it_is_long()
    {
        Assert.Equal(["8080:80/udp", "8081:81/udp", "8082:82/udp"], PortWish.Parse("8080-8082:80-82/udp").Select(binding => binding.ToString()));
        Assert.Equal([":80/tcp", ":81/tcp"], PortWish.Parse("80-81").Select(binding => binding.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("8080:")]
    [InlineData("8080:/tcp")]
    [InlineData("0:80")]
    [InlineData("8080:0")]
    [InlineData("70000:80")]
    [InlineData("8080:70000")]
    [InlineData("8080:99999999999999999999")]
    [InlineData("-1:80")]
    [InlineData("+1:80")]
    [InlineData(" 8080:80")]
    [InlineData("8080:80 ")]
    [InlineData("8e3:80")]
    [InlineData("8080:80/sctp")]
    [InlineData("8080:80/")]
    [InlineData("8080:80/tcp/udp")]
    [InlineData("80-79")]
    [InlineData("8080-:80")]
    [InlineData("1.2.3:8080:80")]
    [InlineData("1:8080:80")]
    [InlineData("0x7f.0.0.1:8080:80")]
    [InlineData("256.0.0.1:8080:80")]
    [InlineData("::1:8080:80")]
    [InlineData("[127.0.0.1]:8080:80")]
    [InlineData("[fe80::1%eth0]:8080:80")]
    [InlineData("[::1]:80")]
    [InlineData("localhost:8080:80")]
    [InlineData("8080:80\n")]
    [InlineData("٨٠:80")]
    public void What_is_no_port_is_an_error(string wish)
    {
        var failure = Assert.Throws<EngineException>(() => PortWish.Parse(wish));
        Assert.Equal("PortInvalid", failure.Id);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("8080-8090:80")]
    [InlineData("8080:80-90")]
    [InlineData("8080-8090:80-91")]
    public void Ranges_that_differ_in_length_are_an_error(string wish)
        => Assert.Equal("PortRangesDiffer", Assert.Throws<EngineException>(() => PortWish.Parse(wish)).Id);

    [Theory]
    [InlineData("8080:80", "8080:81")]
    [InlineData("8080-8090:80-90", "8085:1")]
    [InlineData("127.0.0.1:8080:80", "8080:80")]
    [InlineData("0.0.0.0:8080:80", "127.0.0.1:8080:81")]
    [InlineData("[::]:8080:80", "8080:81")]
    public void One_port_twice_is_an_error(string first, string second)
    {
        Assert.Equal("PortRepeated", Assert.Throws<EngineException>(() => PortWish.ParseAll([first, second])).Id);
        Assert.Equal("PortRepeated", Assert.Throws<EngineException>(() => PortWish.ParseAll([second, first])).Id);
    }

    [Theory]
    [InlineData("8080:80", "8080:80/udp")]
    [InlineData("127.0.0.1:8080:80", "127.0.0.2:8080:80")]
    [InlineData("0.0.0.0:8080:80", "[::]:8080:80")]
    [InlineData(":80", ":80")]
    public void Two_ports_are_two(string first, string second)
        => Assert.Equal(2, PortWish.ParseAll([first, second]).Count);

    [Fact]
    public void A_thousand_ports_are_told_apart_at_once()
        => Assert.Equal(1000, PortWish.ParseAll(["20000-20999:1-1000"]).Count);

    [Fact]
    public void An_exposed_port_is_one_of_the_container_alone()
    {
        Assert.Equal(new PortBinding(null, 0, 53, PortProtocol.Udp), Assert.Single(PortWish.ParseExposed("53/udp")));
        Assert.Equal("PortInvalid", Assert.Throws<EngineException>(() => PortWish.ParseExposed("8080:80")).Id);
    }

    [Fact]
    public void Addresses_of_one_family_are_not_for_the_other()
    {
        PortBinding four = PortWish.Parse("0.0.0.0:1:1")[0], six = PortWish.Parse("[::]:1:1")[0], both = PortWish.Parse("1:1")[0];
        Assert.True(four.Takes(IPAddress.Loopback.AddressFamily) && !four.Takes(IPAddress.IPv6Loopback.AddressFamily));
        Assert.True(six.Takes(IPAddress.IPv6Loopback.AddressFamily) && !six.Takes(IPAddress.Loopback.AddressFamily));
        Assert.True(both.Takes(IPAddress.Loopback.AddressFamily) && both.Takes(IPAddress.IPv6Loopback.AddressFamily));
    }
}
