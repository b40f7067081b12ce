using System.Net;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Networks;

/// <summary>Which subnets and addresses there can be, and which is next.</summary>
public class SubnetTests
{
    private static readonly IPNetwork s_small = IPNetwork.Parse("10.5.0.0/29");
    private static readonly IPAddress s_gateway = IPAddress.Parse("10.5.0.1");

    [Theory]
    [InlineData("10.5.0.0/31")]
    [InlineData("10.5.0.0/32")]
    [InlineData("10.5.0.0/7")]
    [InlineData("10.5.0.0")]
    [InlineData("10.5.0.7/24")]
    [InlineData("10.5/16")]
    [InlineData("10.5.0.0/-1")]
    [InlineData("10.5.0.0/24/1")]
    [InlineData("127.0.0.0/16")]
    [InlineData("169.254.0.0/16")]
    [InlineData("224.0.0.0/24")]
    [InlineData("fe80::/64")]
    [InlineData("ff00::/16")]
    [InlineData("fd00::/127")]
    [InlineData("::ffff:10.5.0.0/120")]
    [InlineData("banana/24")]
    [InlineData("")]
    public void These_are_no_subnets(string text) => Fails.With("SubnetInvalid", () => Subnets.Parse(text));

    [Theory]
    [InlineData("10.5.0.0/30")]
    [InlineData("172.17.0.0/16")]
    [InlineData("fd12:3456:789a::/64")]
    public void These_are(string text) => Assert.Equal(text, Subnets.Parse(text).ToString());

    [Fact]
    public void The_first_that_nothing_overlaps_is_chosen()
    {
        Assert.Equal("172.17.0.0/16", Subnets.Choose([]).ToString());
        Assert.Equal("172.19.0.0/16", Subnets.Choose([IPNetwork.Parse("172.17.3.0/24"), IPNetwork.Parse("172.18.0.0/16"), IPNetwork.Parse("fd00::/8")]).ToString());
        Assert.Equal("192.168.0.0/20", Subnets.Choose([IPNetwork.Parse("172.16.0.0/12")]).ToString());
        Fails.With("SubnetPoolExhausted", () => Subnets.Choose([IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("10.0.0.0/8")]));
    }

    [Fact]
    public void A_small_one_gives_five_addresses_and_then_says_so()
    {
        var taken = new List<IPAddress>();
        for (int i = 0; i < 5; i++) taken.Add(AddressChoice.Choose(s_small, s_gateway, taken, null, null, "net"));
        Assert.Equal(["10.5.0.2", "10.5.0.3", "10.5.0.4", "10.5.0.5", "10.5.0.6"], taken.Select(address => address.ToString()));
        Fails.With("AddressPoolExhausted", () => AddressChoice.Choose(s_small, s_gateway, taken, null, null, "net"));
    }

    [Fact]
    public void The_one_of_before_comes_again_unless_somebody_has_it()
    {
        IPAddress before = IPAddress.Parse("10.5.0.5");
        Assert.Equal(before, AddressChoice.Choose(s_small, s_gateway, [], null, before, "net"));
        Assert.Equal("10.5.0.2", AddressChoice.Choose(s_small, s_gateway, [before], null, before, "net").ToString());
        Assert.Equal("10.5.0.2", AddressChoice.Choose(s_small, s_gateway, [], null, IPAddress.Parse("172.17.0.5"), "net").ToString());
    }

    [Theory]
    [InlineData("10.6.0.2", "AddressInvalid")]
    [InlineData("10.5.0.0", "AddressInvalid")]
    [InlineData("10.5.0.7", "AddressInvalid")]
    [InlineData("10.5.0.1", "AddressInvalid")]
    [InlineData("fd00::2", "AddressInvalid")]
    [InlineData("10.5.0.3", "AddressTaken")]
    public void One_that_was_asked_for_is_that_one_or_an_error(string wanted, string id)
        => Fails.With(id, () => AddressChoice.Choose(s_small, s_gateway, [IPAddress.Parse("10.5.0.3")], IPAddress.Parse(wanted), null, "net"));

    [Fact]
    public void The_mac_comes_from_the_address()
        => Assert.Equal("02:42:ac:11:00:02", AddressChoice.Show(AddressChoice.MacOf(IPAddress.Parse("172.17.0.2"))));

    [Theory]
    [InlineData("02:42:ac:11:00:02", true)]
    [InlineData("02-42-AC-11-00-02", true)]
    [InlineData("03:42:ac:11:00:02", false)]
    [InlineData("00:00:00:00:00:00", false)]
    [InlineData("02:42:ac:11:00", false)]
    [InlineData("02:42:ac:11:00:0", false)]
    [InlineData("2:42:ac:11:00:022", false)]
    [InlineData("02:42:ac:11:00:+2", false)]
    public void A_mac_is_six_bytes_of_one_station(string text, bool isOne) => Assert.Equal(isOne, AddressChoice.ParseMac(text) is not null);
}
