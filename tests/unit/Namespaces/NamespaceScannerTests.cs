using PSContainer.Engine.Namespaces;

namespace PSContainer.Tests.Unit.Namespaces;

public sealed class NamespaceScannerTests : IDisposable
{
    private readonly FakeProc proc = new FakeProc().Process(1, "init\0").Process(40).Link("self", "1");

    public void Dispose() => proc.Dispose();

    private IReadOnlyList<NamespaceInfo> Find(NamespaceFilter? filter = null, Dictionary<int, string>? inits = null)
        => new NamespaceScanner(proc.Root).Scan(filter ?? NamespaceFilter.All, inits).Namespaces;

    private NamespaceInfo One(ulong id) => Assert.Single(Find(), found => found.Id == id);

    [Fact]
    public void Shared_namespaces_are_listed_once_by_number()
    {
        var found = Find();
        Assert.Equal(Enumerable.Range(101, 8).Select(id => (ulong)id), found.Select(info => info.Id));
        Assert.Equal(Enum.GetValues<NamespaceType>(), found.Select(info => info.Type));
        Assert.All(found, info => Assert.Equal((2, 1, "init"), (info.NProcs, info.ProcessId, info.Command)));
        Assert.All(found, info => Assert.Equal([1, 40], info.ProcessIds));
        Assert.All(found, info => Assert.Equal("2 processes", Assert.Single(info.KeptAliveBy).ToString()));
    }

    [Fact]
    public void The_lowest_process_stands_for_a_namespace()
    {
        proc.Process(50, "a\0b\0", ("net", 900)).Process(60, "c\0", ("net", 900));
        var net = One(900);
        Assert.Equal((50, "a b", 2), (net.ProcessId, net.Command, net.NProcs));
        Assert.Equal($"{proc.Root}/50/ns/net", net.Path);
        Assert.Equal("net:[900]", net.ToString());
        Assert.NotEqual("", net.User);
    }

    [Fact]
    public void A_zombie_counts_where_it_still_is()
    {
        proc.Process(70, "", ("mnt", 0), ("net", 0), ("uts", 0), ("ipc", 0), ("cgroup", 0), ("time", 0));
        Assert.Equal(2, One(104).NProcs);
        Assert.Equal(3, One(105).NProcs);
        Assert.Equal(3, One(107).NProcs);
    }

    [Fact]
    public void A_process_that_ended_on_the_way_is_not_there()
    {
        Directory.CreateDirectory($"{proc.Root}/71");
        Assert.All(Find(), info => Assert.Equal(2, info.NProcs));
    }

    [Fact]
    public void A_mounted_namespace_has_no_process_and_a_path()
    {
        proc.Mounts(1, "27 1 254:0 / / rw - ext4 /dev/vda rw", @"53 27 0:4 net:[901] /run/netns/two\040words rw shared:24 - nsfs nsfs rw");
        var net = One(901);
        Assert.Equal(0, net.NProcs);
        Assert.Null(net.ProcessId);
        Assert.Null(net.Uid);
        Assert.Equal(["/run/netns/two words"], net.NsFs);
        Assert.Equal("/run/netns/two words", net.Path);
        Assert.Equal("mount /run/netns/two words", Assert.Single(net.KeptAliveBy).ToString());
    }

    [Fact]
    public void A_mount_in_another_mount_namespace_is_found_through_its_process()
    {
        proc.Process(80, "x\0", ("mnt", 902)).Mounts(80, "53 27 0:4 uts:[903] /hidden rw - nsfs nsfs rw");
        var uts = One(903);
        Assert.Empty(uts.NsFs);
        Assert.Equal($"{proc.Root}/80/root/hidden", uts.Path);
        Assert.Equal("mount /hidden of process 80", Assert.Single(uts.KeptAliveBy).ToString());
    }

    [Fact]
    public void An_open_descriptor_keeps_a_namespace()
    {
        proc.Link("40/fd/0", "/dev/null").Link("40/fd/3", "socket:[904]").Link("40/fd/17", "net:[905]");
        Assert.DoesNotContain(Find(), info => info.Id == 904);
        var net = One(905);
        var keeper = Assert.Single(net.KeptAliveBy);
        Assert.Equal((NamespaceKeeperKind.Descriptor, 40, 17), (keeper.Kind, keeper.ProcessId, keeper.Descriptor));
        Assert.Equal($"{proc.Root}/40/fd/17", net.Path);
    }

    [Fact]
    public void Hundreds_of_descriptors_are_all_looked_at()
    {
        for (var fd = 0; fd < 400; fd++)
            proc.Link($"40/fd/{fd}", fd == 399 ? "user:[906]" : "/dev/null");
        Assert.Equal(399, One(906).KeptAliveBy[0].Descriptor);
    }

    [Fact]
    public void The_namespace_of_the_next_child_is_kept_by_its_maker()
    {
        proc.Link("40/ns/pid_for_children", "pid:[907]").Link("1/ns/pid_for_children", "pid:[105]");
        Assert.Equal("next child of process 40", Assert.Single(One(907).KeptAliveBy).ToString());
        Assert.Single(One(105).KeptAliveBy);
    }

    [Fact]
    public void Types_narrow()
    {
        proc.Link("40/fd/17", "net:[905]");
        var found = Find(new NamespaceFilter { Types = [NamespaceType.Uts, NamespaceType.Ipc] });
        Assert.Equal([102ul, 108ul], found.Select(info => info.Id));
    }

    [Fact]
    public void Numbers_and_processes_add_up()
    {
        proc.Process(50, "a\0", ("net", 900), ("uts", 910));
        Assert.Equal([900ul], Find(new NamespaceFilter { Ids = [900] }).Select(info => info.Id));
        var found = Find(new NamespaceFilter { Types = [NamespaceType.Net], Ids = [104], ProcessIds = [50] });
        Assert.Equal([104ul, 900ul], found.Select(info => info.Id));
    }

    [Fact]
    public void What_is_not_found_is_said()
    {
        var scan = new NamespaceScanner(proc.Root).Scan(new NamespaceFilter { Ids = [104, 5], ProcessIds = [1, 999, 0, -7] });
        Assert.Equal([5ul], scan.MissingIds);
        Assert.Equal([999, 0, -7], scan.MissingProcessIds);
        Assert.Empty(scan.DeniedProcessIds);
    }

    [Fact]
    public void A_container_s_namespaces_are_those_that_this_machine_is_not_in()
    {
        proc.Process(50, "init\0", ("net", 900), ("uts", 910)).Process(51, "nginx\0", ("net", 900), ("uts", 911));
        var inits = new Dictionary<int, string> { [50] = "web", [9999] = "gone" };
        Assert.Equal([900ul, 910ul], Find(inits: inits).Where(info => info.ContainerName == "web").Select(info => info.Id));
        var filter = new NamespaceFilter { IsContainer = name => name == "web", Types = [NamespaceType.Net] };
        Assert.Equal([900ul], Find(filter, inits).Select(info => info.Id));
        Assert.Empty(Find(filter));
    }
}
