using PSContainer.Engine.Namespaces;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Namespaces;

/// <summary>The same scan on the real proc: needs no root, for a process may always look at itself.</summary>
public class NamespaceLiveTests
{
    [Fact]
    public void This_process_is_in_what_its_links_say()
    {
        var scan = new NamespaceScanner().Scan(new NamespaceFilter { ProcessIds = [Environment.ProcessId] });
        Assert.Empty(scan.MissingProcessIds);
        foreach (var info in scan.Namespaces)
        {
            var link = new FileInfo($"/proc/self/ns/{NamespaceTypes.TextOf(info.Type)}").LinkTarget;
            Assert.Equal(link, info.ToString());
            Assert.Contains(Environment.ProcessId, info.ProcessIds);
        }

        Assert.Contains(scan.Namespaces, info => info.Type == NamespaceType.Net);
    }

    /// <summary>Else "Get-Namespace | Stop-Process" would find processes.</summary>
    [Fact]
    public void No_namespace_s_number_can_be_a_process_s()
    {
        var all = new NamespaceScanner().Scan(NamespaceFilter.All).Namespaces;
        Assert.NotEmpty(all);
        Assert.All(all, info => Assert.True(info.Id > int.MaxValue, info.ToString()));
    }

    [Fact]
    public void The_owner_of_a_net_namespace_is_a_user_namespace_in_sight()
    {
        var all = new NamespaceScanner().Scan(NamespaceFilter.All).Namespaces;
        foreach (var net in all.Where(info => info is { Type: NamespaceType.Net, ONS: not null }))
        {
            var owner = Assert.Single(all, info => info.Id == net.ONS);
            Assert.Equal(NamespaceType.User, owner.Type);
            Assert.Contains(owner.KeptAliveBy, keeper => keeper.Kind == NamespaceKeeperKind.Owner && keeper.Namespace == net.Id);
        }
    }

    [Fact]
    public void A_descriptor_of_this_process_is_seen_and_the_scan_s_own_are_not()
    {
        NamespaceKeeper[] Own() => new NamespaceScanner().Scan(new NamespaceFilter { Types = [NamespaceType.Uts] }).Namespaces
            .SelectMany(info => info.KeptAliveBy)
            .Where(keeper => keeper.Kind == NamespaceKeeperKind.Descriptor && keeper.ProcessId == Environment.ProcessId).ToArray();

        Assert.Empty(Own());
        using (var held = File.OpenHandle("/proc/self/ns/uts"))
            Assert.Equal((int)held.DangerousGetHandle(), Assert.Single(Own()).Descriptor);
        Assert.All(Enumerable.Range(0, 8).AsParallel().Select(_ => Own()).ToArray(), Assert.Empty);
    }

    [Fact]
    public void Scans_leave_no_descriptor_open()
    {
        static int Count() => Directory.GetFileSystemEntries("/proc/self/fd").Length;
        new NamespaceScanner().Scan(NamespaceFilter.All);
        var before = Count();
        for (var i = 0; i < 50; i++)
            new NamespaceScanner().Scan(NamespaceFilter.All);
        // Other tests of this run open files of their own meanwhile; a leak would be fifty or more.
        Assert.InRange(Count(), 0, before + 20);
    }

    [Theory]
    [InlineData(0x02000000, NamespaceType.Cgroup)]
    [InlineData(0x08000000, NamespaceType.Ipc)]
    [InlineData(0x00020000, NamespaceType.Mnt)]
    [InlineData(0x40000000, NamespaceType.Net)]
    [InlineData(0x20000000, NamespaceType.Pid)]
    [InlineData(0x00000080, NamespaceType.Time)]
    [InlineData(0x10000000, NamespaceType.User)]
    [InlineData(0x04000000, NamespaceType.Uts)]
    public void The_kernel_s_flag_of_this_process_s_own_is_the_one_expected(int flag, NamespaceType type)
    {
        using var proc = ProcDirectory.Open();
        using var own = proc.OpenTarget(0, System.Text.Encoding.ASCII.GetBytes($"ns/{NamespaceTypes.TextOf(type)}"));
        if (own.IsOpen)
            Assert.Equal(flag, NamespaceCalls.ReadCloneFlag(own.Descriptor));
    }

    [Theory]
    [InlineData("cgroup", true)]
    [InlineData("net", true)]
    [InlineData("pid_for_children", false)]
    [InlineData("socket", false)]
    [InlineData("", false)]
    public void Kinds_are_spelled_as_the_kernel_does(string text, bool known)
    {
        Assert.Equal(known, NamespaceTypes.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out var type));
        if (known)
            Assert.Equal(text, NamespaceTypes.TextOf(type));
    }
}
