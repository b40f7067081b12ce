using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Names;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Networks;

/// <summary>What is asked of a container's network, and the file that its resolver reads.</summary>
public class NetworkWishTests
{
    [Theory]
    [InlineData("Bridge", NetworkMode.Network, "bridge")]
    [InlineData("bridge", NetworkMode.Network, "bridge")]
    [InlineData("HOST", NetworkMode.Host, "")]
    [InlineData("none", NetworkMode.None, "")]
    [InlineData("web", NetworkMode.Network, "web")]
    [InlineData("container:os1", NetworkMode.Container, "os1")]
    public void A_choice_is_read(string text, NetworkMode mode, string target) => Assert.Equal(new NetworkChoice(mode, target), NetworkChoice.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("container:")]
    [InlineData("container:../x")]
    [InlineData("../x")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    public void What_is_none_is_refused(string text) => Fails.With("NetworkNameInvalid", () => NetworkChoice.Parse(text));

    public static TheoryData<NetworkWish, string> Wrong => new()
    {
        { new NetworkWish { Network = "None", IPAddress = "10.0.0.2" }, "NetworkOptionUnused" },
        { new NetworkWish { Network = "Host", MacAddress = "02:00:00:00:00:01" }, "NetworkOptionUnused" },
        { new NetworkWish { Network = "None", Aliases = ["a"] }, "NetworkOptionUnused" },
        { new NetworkWish { Network = "container:a", DnsServers = ["10.0.0.1"] }, "NetworkOptionUnused" },
        { new NetworkWish { IPAddress = "10.0.0" }, "AddressInvalid" },
        { new NetworkWish { IPAddress = "fd00::1" }, "AddressInvalid" },
        { new NetworkWish { IPv6Address = "10.0.0.1" }, "AddressInvalid" },
        { new NetworkWish { MacAddress = "01:00:00:00:00:01" }, "MacAddressInvalid" },
        { new NetworkWish { Aliases = ["a b"] }, "AliasInvalid" },
        { new NetworkWish { Aliases = ["a\n10.0.0.1 bank"] }, "AliasInvalid" },
        { new NetworkWish { DnsServers = ["ns.example"] }, "DnsServerInvalid" },
        { new NetworkWish { DnsSearch = ["a\nnameserver 10.0.0.1"] }, "DnsSearchInvalid" },
        { new NetworkWish { ExtraHosts = ["db"] }, "HostEntryInvalid" },
        { new NetworkWish { ExtraHosts = ["db:nowhere"] }, "HostEntryInvalid" },
        { new NetworkWish { ExtraHosts = ["a b:10.0.0.1"] }, "HostEntryInvalid" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void A_wish_that_can_t_be_is_refused(NetworkWish wish, string id) => Fails.With(id, () => wish.Validate());

    [Theory]
    [InlineData("db:10.0.0.7", "10.0.0.7\tdb")]
    [InlineData("db:fd00::7", "fd00::7\tdb")]
    [InlineData("db:[fd00::7]", "fd00::7\tdb")]
    [InlineData("me:host-gateway", "172.17.0.1\tme")]
    public void An_entry_becomes_a_line(string entry, string line) => Assert.Equal(line, ExtraHost.Line(ExtraHost.Check(entry), "172.17.0.1"));

    private static string Resolve(ContainerNetworking networking, string? host, string? resolved = null)
        => ResolverFile.Text(networking, path => path == "/etc/resolv.conf" ? host : resolved);

    private static readonly ContainerNetworking s_bridge = new() { Mode = NetworkMode.Network };

    [Fact]
    public void Servers_on_the_hosts_loopback_are_left_out()
    {
        Assert.Equal("search a.b\nnameserver 10.0.0.53\noptions ndots:2\n", Resolve(s_bridge, "nameserver 127.0.0.1\nnameserver 10.0.0.53 \nsearch a.b\noptions ndots:2\n"));
        Assert.Equal("nameserver 10.0.0.9\n", Resolve(s_bridge, "nameserver 127.0.0.53\n", "nameserver 10.0.0.9\n"));
        Assert.DoesNotContain("\nnameserver", "\n" + Resolve(s_bridge, "nameserver ::1\n"));
        Assert.DoesNotContain("\nnameserver", "\n" + Resolve(s_bridge, null));
    }

    [Fact]
    public void On_the_hosts_network_they_stay() => Assert.Equal("nameserver 127.0.0.1\n", Resolve(new ContainerNetworking { Mode = NetworkMode.Host }, "nameserver 127.0.0.1\n"));

    [Fact]
    public void What_was_asked_for_comes_in_their_place()
        => Assert.Equal("nameserver 10.1.1.1\n", Resolve(s_bridge with { DnsServers = ["10.1.1.1"], DnsSearch = ["."] }, "nameserver 10.0.0.53\nsearch a.b\n"));
}
