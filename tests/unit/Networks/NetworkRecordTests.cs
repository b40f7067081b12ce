using System.Net;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Networks.Names;
using PSContainer.Engine.State;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Networks;

/// <summary>Networks, addresses in use and hosts files on disk: needs no root, for the storage can lie anywhere.</summary>
public sealed class NetworkRecordTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private NetworkStore Store => new(StorageRoot.At(_folder));

    private ContainerNetwork Make(string name, params string[] subnets)
    {
        ContainerNetwork network = NetworkMaking.Make(Store, new NetworkSpec { Name = name, Subnets = subnets, Labels = new Dictionary<string, string> { ["a"] = "b" } }, [IPNetwork.Parse("192.0.2.0/24")]);
        Store.Write(network);
        return network;
    }

    private static readonly string s_a = new('a', 32), s_b = new('b', 32), s_c = new('c', 32);

    private NetworkMembers Members => new(Store);

    private Endpoint Join(ContainerNetwork network, string id, string name, params string[] aliases)
    {
        Directory.CreateDirectory(StorageRoot.At(_folder).ContainerFolder(id));
        string hosts = Members.HostsPath(id);
        if (!File.Exists(hosts)) HostsFile.Create(hosts, []);
        Endpoint endpoint = Members.Join(network, new Endpoint { Network = network.Name, Interface = "eth0", Aliases = [.. aliases] }, id, name, NetworkMembers.LinkName(id, _ => false));
        Members.Announce(network.Name, id).Tell();
        return endpoint;
    }

    [Fact]
    public void A_record_is_read_as_it_was_written()
    {
        ContainerNetwork made = Make("web", "10.5.0.0/24"), read = Store.Get("web");
        Assert.Equal((made.Id, "10.5.0.0/24", "10.5.0.1", made.Bridge, false, "b"), (read.Id, read.Subnet, read.Gateway, read.Bridge, read.AutomaticSubnet, read.Labels["a"]));
        Assert.Matches("^pc-web-[0-9a-f]{6}$", read.Bridge);
        Assert.Equal(["web"], Store.AllNames());
    }

    [Theory]
    [InlineData("a-very-long-name.of_a-network")]
    [InlineData("x")]
    public void A_bridges_name_fits_into_the_kernels_room(string name) => Assert.InRange(Make(name).Bridge.Length, 4, 15);

    [Fact]
    public void Subnets_of_networks_and_of_the_host_are_stepped_over_or_refused()
    {
        Assert.Equal("172.17.0.0/16", Make("one").Subnet);
        Assert.Equal("172.18.0.0/16", Make("two").Subnet);
        Fails.With("SubnetInUse", () => Make("three", "172.18.4.0/24"));
        Fails.With("SubnetInUse", () => Make("three", "192.0.0.0/16"));
        Fails.With("NetworkExists", () => Make("one"));
        Fails.With("SubnetInvalid", () => Make("three", "10.5.0.0/24", "10.6.0.0/24"));
    }

    [Theory]
    [InlineData("10.6.0.1")]
    [InlineData("10.5.0.0")]
    [InlineData("10.5.0.255")]
    [InlineData("banana")]
    public void A_gateway_is_an_address_of_the_subnet(string gateway)
        => Fails.With("GatewayInvalid", () => NetworkMaking.Make(Store, new NetworkSpec { Name = "n", Subnets = ["10.5.0.0/24"], Gateways = [gateway] }, []));

    [Theory]
    [InlineData(67)]
    [InlineData(65536)]
    public void A_packet_has_its_limits(int mtu) => Fails.With("MtuInvalid", () => NetworkMaking.Make(Store, new NetworkSpec { Name = "n", Mtu = mtu }, []));

    [Theory]
    [InlineData("host")]
    [InlineData("None")]
    [InlineData("container:a")]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("a/b")]
    public void Names_with_a_meaning_and_paths_are_no_names(string name) => Fails.With("NetworkNameInvalid", () => Make(name));

    [Fact]
    public void Who_comes_is_known_to_all_and_who_goes_to_nobody()
    {
        ContainerNetwork network = Make("web", "10.5.0.0/24");
        Assert.Equal(("10.5.0.2", "02:42:0a:05:00:02", "psvaaaaaaaaa-0"), (Join(network, s_a, "one") is var first ? first.IPAddress! : "", first.MacAddress, first.Link));
        File.AppendAllText(Members.HostsPath(s_a), "10.9.9.9\tmine\n");
        Assert.Equal("10.5.0.3", Join(network, s_b, "two", "db", "cache").IPAddress!);
        Assert.Contains("10.5.0.3\ttwo db cache bbbbbbbbbbbb", File.ReadAllLines(Members.HostsPath(s_a)));
        Assert.Equal(["one", "two"], Store.Get("web").Containers);
        Assert.False(Members.Leave("web", s_b));
        string[] lines = File.ReadAllLines(Members.HostsPath(s_a));
        Assert.DoesNotContain(lines, line => line.Contains("two"));
        Assert.Contains("10.9.9.9\tmine", lines);
        Assert.True(Members.Leave("web", s_a));
        Assert.Empty(Store.Leases("web"));
        Assert.Equal(["web.json"], Directory.GetFiles(StorageRoot.At(_folder).Networks).Select(path => Path.GetFileName(path)!));
    }

    [Fact]
    public void A_link_is_called_after_its_container_and_unlike_the_one_before()
        => Assert.Equal("psvaaaaaaaaa-2", NetworkMembers.LinkName(s_a, name => name is "psvaaaaaaaaa-0" or "psvaaaaaaaaa-1"));

    [Fact]
    public void Whoever_comes_again_has_one_address()
    {
        ContainerNetwork network = Make("web", "10.5.0.0/24");
        Join(network, s_a, "one");
        Join(network, s_a, "one");
        Assert.Single(Store.Leases("web"));
    }

    [Fact]
    public void A_lease_is_a_line_and_reads_as_it_was_written()
    {
        Lease[] leases =
        [
            new(s_a, "one", IPAddress.Parse("10.5.0.2"), IPAddress.Parse("fd00::2"), "02:42:0a:05:00:02", "psvaaaaaaaaa-0") { Aliases = ["db", "cache"] },
            new(s_b, "two", IPAddress.Parse("10.5.0.3"), null, "02:42:0a:05:00:03", "psvbbbbbbbbb-0"),
        ];
        Make("web", "10.5.0.0/24");
        Store.WriteLeases("web", [leases[0]]);
        Store.AddLease("web", leases[1]);
        Assert.Equal(leases.Select(lease => lease.ToLine()), Store.Leases("web").Select(lease => lease.ToLine()));
        Assert.Equal(["db", "cache"], Store.Leases("web")[0].Aliases);
        Assert.Empty(Store.Leases("web")[1].Aliases);
    }

    [Theory]
    [InlineData("one line")]
    [InlineData("id\tname\tno address\t\tmac\tlink\t")]
    [InlineData("id\tname\t10.5.0.2\tno address\tmac\tlink\t")]
    public void A_line_that_is_no_lease_is_told_of(string line)
    {
        Make("web", "10.5.0.0/24");
        Directory.CreateDirectory(StorageRoot.At(_folder).Run);
        File.WriteAllText(StorageRoot.At(_folder).Leases("web"), line + "\n");
        Fails.With("StateCorrupt", () => Store.Leases("web"));
    }

    [Fact]
    public void Addresses_of_the_dead_are_taken_when_there_is_no_other()
    {
        ContainerNetwork network = Make("web", "10.5.0.0/30");
        Join(network, s_a, "one");
        // Nobody holds the first one's lock: its supervisor is gone.
        Assert.Equal("10.5.0.2", Join(network, s_b, "two").IPAddress!);
        Assert.Equal([s_b], Store.Leases("web").Select(lease => lease.ContainerId));
    }

    [Fact]
    public void A_hosts_file_keeps_its_inode_which_is_mounted_inside()
    {
        string path = Path.Combine(_folder, "hosts");
        HostsFile.Create(path, ["10.5.0.2\tone"]);
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        HostsFile.Append([path], ["10.5.0.3\ttwo"]);
        HostsFile.Remove([path], ["10.5.0.2\tone"]);
        string text = reader.ReadToEnd();
        Assert.Contains("localhost", text);
        Assert.Contains("two", text);
        Assert.DoesNotContain("one", text);
    }

    [Fact]
    public void Lines_are_taken_out_of_every_hosts_file_and_only_whole_ones()
    {
        string[] paths = [.. new[] { "first", "second", "absent" }.Select(name => Path.Combine(_folder, name))];
        string own = "\n10.5.0.2\tone\n110.5.0.2\tone\n10.5.0.2\tone two\n10.5.0.2\tone";
        foreach (string path in paths[..2]) File.WriteAllText(path, "10.5.0.2\tone\n# mine" + own + "\n10.5.0.3\tx\n");
        HostsFile.Remove(paths, ["10.5.0.2\tone", "10.5.0.3\tx"]);
        Assert.All(paths[..2], path => Assert.Equal("# mine\n110.5.0.2\tone\n10.5.0.2\tone two\n", File.ReadAllText(path)));
        Assert.False(File.Exists(paths[2]));
    }

    [Fact]
    public void A_hosts_file_that_is_a_link_or_too_large_is_left_alone()
    {
        string large = Path.Combine(_folder, "large"), target = Path.Combine(_folder, "target"), link = Path.Combine(_folder, "link");
        File.WriteAllText(large, "10.5.0.2\tone\n" + new string('#', 1 << 20));
        File.WriteAllText(target, "10.5.0.2\tone\n");
        File.CreateSymbolicLink(link, target);
        HostsFile.Remove([large, link], ["10.5.0.2\tone"]);
        Assert.StartsWith("10.5.0.2", File.ReadAllText(large));
        Assert.StartsWith("10.5.0.2", File.ReadAllText(target));
    }

    [Fact]
    public void What_is_kept_beside_a_container_is_read_as_it_was_written()
    {
        var networking = new ContainerNetworking
        {
            Mode = NetworkMode.Network, DnsServers = ["10.0.0.53"], DnsSearch = ["a.b"], ExtraHosts = ["db:10.0.0.7"], Hostname = "h",
            Endpoints = [new Endpoint { Network = "web", Interface = "eth0", IPAddress = "10.5.0.2", PrefixLength = 24, Aliases = ["x"], MacAddress = "02:42:0a:05:00:02" }],
        };
        networking.Write(_folder);
        ContainerNetworking read = ContainerNetworking.Read(_folder)!;
        Assert.Equal((NetworkMode.Network, "h", "10.0.0.53", "a.b", "db:10.0.0.7", "web 10.5.0.2/24", "x"),
            (read.Mode, read.Hostname, read.DnsServers[0], read.DnsSearch[0], read.ExtraHosts[0], read.Endpoints[0].ToString(), read.Endpoints[0].Aliases[0]));
        File.WriteAllText(Path.Combine(_folder, ContainerNetworking.FileName), "{");
        Fails.With("StateCorrupt", () => ContainerNetworking.Read(_folder));
    }
}
