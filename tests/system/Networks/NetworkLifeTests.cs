using System.Net;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Networks;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Networks;

/// <summary>Bridges, links and addresses over many lives of containers.</summary>
public class NetworkLifeTests
{
    private static readonly ContainerSpec s_bridged = new() { Network = new NetworkWish { Network = "Bridge" } };

    private static NetworkEngine Networks => new(Machine.Root);

    [SystemFact]
    public void Many_starts_and_stops_leave_no_link_and_no_address()
    {
        int rounds = Machine.IsSlow ? 5 : 25;
        ContainerNetwork network = Networks.Create(new NetworkSpec { Name = "cycles", Subnets = ["10.232.1.0/24"] });
        using var container = new EngineContainer(new ContainerSpec { Network = new NetworkWish { Network = "cycles" } }, start: false);
        for (int i = 0; i < rounds; i++)
        {
            container.Start();
            Assert.Equal("10.232.1.2", container.Now.IPAddress);
            Machine.Engine.Stop(container.Now, "KILL", TimeSpan.Zero, CancellationToken.None);
            Assert.Empty(network.Members);
        }
        Pscontainer.Eventually(() => !Directory.Exists("/sys/class/net/" + network.Bridge) && !Links(container.Container.Id).Any(), "no link");
        Networks.Remove(network);
    }

    [SystemFact]
    public void Twenty_at_once_have_an_address_each_and_know_each_other()
    {
        Networks.Create(new NetworkSpec { Name = "many", Subnets = ["10.232.2.0/24"] });
        EngineContainer[] containers = AtOnce.Do(20, i => new EngineContainer(new ContainerSpec { Name = $"many{i}", Network = new NetworkWish { Network = "many" } }));
        try
        {
            Assert.Equal(20, containers.Select(container => container.Now.IPAddress!).Distinct().Count());
            string hosts = containers[7].Exec("cat /etc/hosts").Output;
            Assert.All(containers, container => Assert.Contains($"{container.Container.IPAddress}\t", hosts));
        }
        finally
        {
            foreach (EngineContainer container in containers) container.Dispose();
        }
        Networks.Remove(Networks.Store.Get("many"));
    }

    [SystemFact("ip")]
    public void A_subnet_that_the_host_has_taken_meanwhile_is_stepped_over()
    {
        ContainerNetwork network = Networks.Create(new NetworkSpec { Name = "moved" });
        string link = $"psc{Environment.ProcessId % 100000}a";
        Assert.Equal(0, Outcome.Of("ip", "link", "add", link, "type", "veth", "peer", "name", link + "b").Code);
        try
        {
            Outcome.Of("ip", "addr", "add", $"{network.Gateway}/{IPNetwork.Parse(network.Subnet).PrefixLength}", "dev", link);
            Outcome.Of("ip", "link", "set", link, "up");
            using var container = new EngineContainer(new ContainerSpec { Network = new NetworkWish { Network = "moved" } });
            ContainerNetwork moved = Networks.Store.Get("moved");
            Assert.NotEqual(network.Subnet, moved.Subnet);
            Assert.True(IPNetwork.Parse(moved.Subnet).Contains(IPAddress.Parse(container.Now.IPAddress!)));
        }
        finally
        {
            Outcome.Of("ip", "link", "del", link);
        }
        Networks.Remove(Networks.Store.Get("moved"));
    }

    [SystemFact]
    public void A_start_that_fails_gives_its_address_back()
    {
        ContainerNetwork network = Networks.Create(new NetworkSpec { Name = "unborn", Subnets = ["10.232.3.0/24"] });
        Assert.Throws<PSContainer.Engine.EngineException>(() => new EngineContainer(new ContainerSpec { Command = "absent", Network = new NetworkWish { Network = "unborn" } }));
        Assert.Empty(network.Members);
        Pscontainer.Eventually(() => !Directory.Exists("/sys/class/net/" + network.Bridge), "no bridge");
        Networks.Remove(network);
    }

    [SystemFact]
    public void A_start_that_gets_the_same_address_again_leaves_its_record_alone()
    {
        using var container = new EngineContainer(s_bridged);
        string path = Path.Combine(container.Folder, ContainerNetworking.FileName);
        using FileStream before = File.OpenRead(path);
        string address = container.Now.IPAddress!;
        Machine.Engine.Stop(container.Now, "KILL", TimeSpan.Zero, CancellationToken.None);
        container.Start();
        Assert.Equal(address, container.Now.IPAddress!);
        // Whoever replaces a file takes the old one's last name away.
        Assert.Equal("1", Outcome.Of("stat", "-L", "-c", "%h", $"/proc/{Environment.ProcessId}/fd/{before.SafeFileHandle.DangerousGetHandle()}").Output.Trim());
    }

    [SystemFact]
    public void An_interface_has_one_queue_and_no_more_in_store()
    {
        using var container = new EngineContainer(s_bridged);
        string link = Assert.Single(Links(container.Container.Id));
        Assert.Equal(["rx-0", "tx-0"], Directory.EnumerateDirectories(link + "/queues").Select(Path.GetFileName).Order());
        Assert.Equal(["rx-0", "tx-0"], container.Exec("ls /sys/class/net/eth0/queues").Lines);
    }

    [SystemFact]
    public void Nobody_inside_can_change_its_addresses_or_see_the_hosts_links()
    {
        string[] lines = EngineContainer.Print("ls /sys/class/net; ip addr add 10.0.0.9/24 dev eth0 2>&1; ip link del eth0 2>&1", s_bridged);
        Assert.Equal(["eth0", "lo"], lines[..2]);
        Assert.Equal(2, lines.Count(line => line.Contains("Operation not permitted")));
    }

    private static IEnumerable<string> Links(string id) => Directory.EnumerateDirectories("/sys/class/net", $"psv{id[..9]}-*");
}
