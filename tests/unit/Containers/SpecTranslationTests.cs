using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Spec;

namespace PSContainer.Tests.Unit.Containers;

public class SpecTranslationTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    private static RuntimeSpec Translate(ContainerSpec spec) => SpecTranslation.ToRuntimeSpec(spec, Id, _ => null);

    [Fact]
    public void The_default_is_confined_as_dockers()
    {
        RuntimeSpec spec = Translate(new ContainerSpec());
        Assert.Equal("0123456789ab", spec.Hostname);
        Assert.True(spec.Process!.NoNewPrivileges);
        Assert.Equal(14, spec.Process.Capabilities.Bounding.Count);
        Assert.Empty(spec.Process.Capabilities.Inheritable);
        Assert.Empty(spec.Process.Capabilities.Ambient);
        Assert.Equal(["cgroup", "ipc", "mount", "network", "pid", "uts"], spec.Linux.Namespaces.Select(n => n.Type).Order());
        Assert.Equal(2048, spec.Linux.Resources.PidsLimit);
        Assert.Contains("/proc/kcore", spec.Linux.MaskedPaths);
        Assert.Contains("/proc/sys", spec.Linux.ReadonlyPaths);
        Assert.Contains(spec.Linux.Resources.Devices, rule => rule is { Allow: false, Type: 'a' });
        Assert.DoesNotContain(spec.Mounts, mount => mount.Type == "bind");
    }

    [Fact]
    public void Another_user_than_root_has_no_capability()
    {
        CapabilitySpec sets = Translate(new ContainerSpec { User = "1000:1000" }).Process!.Capabilities;
        Assert.Empty(sets.Effective);
        Assert.Empty(sets.Permitted);
        Assert.Equal(14, sets.Bounding.Count);
    }

    [Fact]
    public void The_hosts_network_is_no_namespace() => Assert.DoesNotContain(Translate(new ContainerSpec { Network = new() { Network = "Host" } }).Linux.Namespaces, n => n.Type == "network");

    [Fact]
    public void Variables_of_the_wish_replace_the_defaults()
    {
        IReadOnlyList<string> environment = Translate(new ContainerSpec { Hostname = "h", Environment = new Dictionary<string, string> { ["PATH"] = "/x", ["A"] = "" } }).Process!.Env;
        Assert.Equal(["A=", "HOME=/", "HOSTNAME=h", "PATH=/x"], environment.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Volumes_and_tmpfs_come_last_and_read_only_means_all_the_way_down()
    {
        RuntimeSpec spec = Translate(new ContainerSpec { Volumes = [new("/s", "/d", true), new("/s", "/e", false)], Tmpfs = ["/t:size=1m,mode=700", "/u"] });
        MountSpec[] last = [.. spec.Mounts.TakeLast(4)];
        Assert.Equal(["nosuid", "nodev", "noexec", "size=1m", "mode=700"], last[0].Options);
        Assert.Equal("/u", last[1].Destination);
        Assert.Equal(["rbind", "rprivate", "rro"], last[2].Options);
        Assert.Equal(["rbind", "rprivate"], last[3].Options);
    }

    [Theory]
    [InlineData("Bridge", true)]
    [InlineData("None", true)]
    [InlineData("Host", false)]
    [InlineData("container:web", false)]
    public void In_a_network_of_its_own_any_user_may_listen_on_any_port_and_ping(string network, bool expected)
    {
        IReadOnlyDictionary<string, string> sysctl = Translate(new ContainerSpec { Network = new NetworkWish { Network = network } }).Linux.Sysctl;
        Assert.Equal(expected, sysctl.TryGetValue("net.ipv4.ip_unprivileged_port_start", out string? start) && start == "0");
        Assert.Equal(expected, sysctl.TryGetValue("net.ipv4.ping_group_range", out string? range) && range == "0 2147483647");
    }
}
