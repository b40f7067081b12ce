using System.Net;
using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;

namespace PSContainer.Tests.Unit.Networks;

public class FirewallTextTests
{
    private static readonly FirewallNetwork Outward = new("br-a", IPNetwork.Parse("172.17.0.0/16"), IPNetwork.Parse("fd00:1::/64"), false);
    private static readonly IPAddress Four = IPAddress.Parse("172.17.0.2"), Six = IPAddress.Parse("fd00:1::2");

    private static string[] Lines(Func<FirewallChange, FirewallChange> change) => change(new FirewallChange("t")).ToString().TrimEnd('\n').Split('\n');

    private static string[] Published(string wish, IPAddress? four, IPAddress? six) => Lines(change => change.Publish(PortWish.Parse(wish), four, six));

    [Fact]
    public void Each_storage_has_a_table_of_its_own()
    {
        Assert.Equal("pscontainer", FirewallTable.Name(new StorageRoot("/var/lib/pscontainer", "/run/pscontainer")));
        string one = FirewallTable.Name(StorageRoot.At("/tmp/a")), other = FirewallTable.Name(StorageRoot.At("/tmp/b"));
        Assert.Matches("^pscontainer-[0-9a-f]{8}$", one);
        Assert.NotEqual(one, other);
        Assert.Equal(one, FirewallTable.Name(StorageRoot.At("/tmp/a/")));
    }

    [Fact]
    public void A_network_is_elements_of_sets()
        => Assert.Equal(
            [
                "add element inet t bridges { \"br-a\" }",
                "add element inet t within { \"br-a\" . \"br-a\" }",
                "add element inet t hairpin4 { 172.17.0.0/16 . 172.17.0.0/16 }",
                "add element inet t masquerade4 { 172.17.0.0/16 }",
                "add element inet t hairpin6 { fd00:1::/64 . fd00:1::/64 }",
                "add element inet t masquerade6 { fd00:1::/64 }",
            ], Lines(change => change.Add(Outward)));

    [Fact]
    public void An_internal_network_is_never_masqueraded()
    {
        string[] lines = Lines(change => change.Add(Outward with { IsInternal = true }));
        Assert.Contains("add element inet t internal { \"br-a\" }", lines);
        Assert.DoesNotContain(lines, line => line.Contains("masquerade"));
    }

    [Fact]
    public void A_port_of_every_address_leads_to_the_container_in_both_families()
        => Assert.Equal(
            ["add element inet t anywhere4 { tcp . 8080 : 172.17.0.2 . 80 }", "add element inet t anywhere6 { tcp . 8080 : fd00:1::2 . 80 }"],
            Published("8080:80", Four, Six));

    [Theory]
    [InlineData("0.0.0.0:53:5353/udp", "add element inet t anywhere4 { udp . 53 : 172.17.0.2 . 5353 }")]
    [InlineData("[::]:53:5353/udp", "add element inet t anywhere6 { udp . 53 : fd00:1::2 . 5353 }")]
    [InlineData("127.0.0.1:8080:80", "add element inet t address4 { 127.0.0.1 . tcp . 8080 : 172.17.0.2 . 80 }")]
    [InlineData("[fd00::9]:8080:80", "add element inet t address6 { fd00::9 . tcp . 8080 : fd00:1::2 . 80 }")]
    [InlineData("[::1]:8080:80", "")]
    public void A_port_of_one_address_leads_from_there_alone(string wish, string line) => Assert.Equal([line], Published(wish, Four, Six));

    [Fact]
    public void A_container_without_ipv6_has_no_elements_for_it()
        => Assert.Equal(["add element inet t anywhere4 { tcp . 8080 : 172.17.0.2 . 80 }"], Published("8080:80", Four, null));

    [Fact]
    public void What_is_taken_away_is_put_there_first_so_that_nothing_missing_stops_it()
        => Assert.Equal(
            ["add element inet t anywhere4 { tcp . 8080 : 172.17.0.2 . 80 }", "delete element inet t anywhere4 { tcp . 8080 : 172.17.0.2 . 80 }"],
            Lines(change => change.Unpublish(PortWish.Parse("8080:80"), Four, null)));

    [Fact]
    public void What_is_left_of_somebody_else_is_known_by_its_key()
        => Assert.Equal(["delete element inet t anywhere4 { tcp . 8080 }\n", "delete element inet t anywhere6 { tcp . 8080 }\n"],
            new FirewallChange("t").Publish(PortWish.Parse("8080:80"), Four, Six).Alone);

    [Fact]
    public void The_table_has_as_many_rules_for_any_number_of_ports()
    {
        // Elements alone come with networks and ports; rules come with the table.
        string[] thousand = Lines(change => change.Add(Outward).Publish(PortWish.Parse("20000-20999:1-1000"), Four, Six));
        Assert.Equal(2006, thousand.Length);
        Assert.All(thousand, line => Assert.StartsWith("add element ", line));
    }
}
