using System.Text;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Isolation;
using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Isolation;

/// <summary>What follows from two sides: no kernel is asked.</summary>
public class ComparisonTests
{
    private static readonly Side s_machine = new()
    {
        Name = Side.MachineName, IsMachine = true, ProcessId = 10, Namespaces = [1, 2, 3, 4, 5, 6, 7, 8],
        Status = new ProcStatus { Uid = 0, Bounding = 0x1ff, Effective = 0x1ff, Numbers = [1], CpusAllowed = "0-3" },
        Uids = IdMap.Parse("0 0 4294967295"), Gids = IdMap.Parse("0 0 4294967295"),
        Mounts = Mounts("1 0 8:1 / / rw - ext4 /dev/vda rw", "2 1 0:5 / /proc rw - proc proc rw"),
        Root = new RootSight { Identity = (1, 2), Entries = ["bin", "etc"], Processes = 120, FirstProcess = "systemd", Cpus = "0-3", Memory = 8L << 30 },
        Network = new NetworkSight { Links = ["lo"], Routes = [], Tcp = [22], Udp = [] },
        Inside = new InsideSight { Hostname = "host", Links = ["lo", "eth0"], Addresses = ["127.0.0.1"], Cgroup = "/user.slice" },
        Resources = new ResourceSight { IsSeen = true }, TimeOffsets = ("0", "0"), Kernel = "Linux 6.18",
    };

    private static readonly Side s_container = s_machine with
    {
        Name = "os1", ContainerName = "os1", ContainerId = "3f1c", IsMachine = false, ProcessId = 4204, Namespaces = [11, 12, 13, 14, 15, 6, 7, 18],
        Status = new ProcStatus { Uid = 0, Bounding = 0x0ff, Effective = 0x0ff, Numbers = [4204, 1], SeccompMode = 2, SeccompFilters = 1, NoNewPrivileges = true, CpusAllowed = "0-3" },
        Mounts = Mounts("1 0 0:56 / / rw - overlay p rw,lowerdir=0:1,upperdir=u", "2 1 0:57 / /proc rw - proc proc rw"),
        Root = new RootSight { Identity = (9, 2), Entries = ["etc"], Processes = 1, FirstProcess = "init", Cpus = "0-3", Memory = 8L << 30 },
        Inside = new InsideSight { Hostname = "os1", Links = ["lo", "eth0"], Addresses = ["127.0.0.1", "172.17.0.2"], Cgroup = "/" }, Cgroup = "/pscontainer-3f1c",
        Resources = new ResourceSight { IsSeen = true, Memory = new("Memory", 64 << 20, "/pscontainer-3f1c", false), Cpus = new("Cpus", 0.5, "/pscontainer-3f1c", false) },
    };

    private static MountSight Mounts(params string[] lines) => MountSight.Parse(Encoding.UTF8.GetBytes(string.Join('\n', lines) + '\n'));

    private static IsolationFact Fact(Side host, Side container, IsolationAspect aspect, NamespaceType? type = null)
        => Assert.Single(new Comparison(host, container).Facts(), fact => fact.Aspect == aspect && (type is null || fact.NamespaceType == type));

    [Fact]
    public void Every_aspect_is_told_in_order_and_with_a_reason()
    {
        IReadOnlyList<IsolationFact> facts = new Comparison(s_machine, s_container).Facts();
        Assert.Equal(Enum.GetValues<IsolationAspect>(), facts.Select(fact => fact.Aspect).Distinct());
        Assert.Equal(Enum.GetValues<NamespaceType>(), facts.Where(fact => fact.Aspect == IsolationAspect.Namespace).Select(fact => fact.NamespaceType!.Value));
        Assert.All(facts, fact => Assert.EndsWith(".", fact.Reason));
        Assert.All(facts, fact => Assert.NotNull(fact.Isolated));
    }

    [Theory]
    [InlineData(IsolationAspect.Hostname, "host", "os1", true)]
    [InlineData(IsolationAspect.ProcessId, "4204", "1", true)]
    [InlineData(IsolationAspect.ProcessCount, "120", "1", true)]
    [InlineData(IsolationAspect.User, "0 (root)", "0", false)]
    [InlineData(IsolationAspect.RootLayers, "none", "2", true)]
    [InlineData(IsolationAspect.CgroupPath, "/pscontainer-3f1c", "/", true)]
    [InlineData(IsolationAspect.CpusSeen, "4", "4", false)]
    [InlineData(IsolationAspect.CpusAllowed, "4", "0.5", true)]
    [InlineData(IsolationAspect.MemorySeen, "8 GiB", "8 GiB", false)]
    [InlineData(IsolationAspect.MemoryAllowed, "8 GiB", "64 MiB", true)]
    [InlineData(IsolationAspect.ProcessesAllowed, "unlimited", "unlimited", false)]
    [InlineData(IsolationAspect.Capabilities, "all 9", "8: chown dac_override dac_read_search fowner fsetid kill setgid setuid", true)]
    [InlineData(IsolationAspect.Seccomp, "none", "filter (1)", true)]
    [InlineData(IsolationAspect.NoNewPrivileges, "no", "yes", true)]
    [InlineData(IsolationAspect.TimeOffsets, "none", "none", false)]
    [InlineData(IsolationAspect.Kernel, "Linux 6.18", "Linux 6.18", false)]
    public void A_container_beside_the_machine(IsolationAspect aspect, string host, string container, bool isolated)
    {
        IsolationFact fact = Fact(s_machine, s_container, aspect);
        Assert.Equal((host, container, isolated), (fact.Host, fact.Container, fact.Isolated));
    }

    [Fact]
    public void What_is_seen_names_the_limit_beside_it()
    {
        Assert.Contains("May use 64 MiB, by memory.max of /pscontainer-3f1c", Fact(s_machine, s_container, IsolationAspect.MemorySeen).Reason);
        Assert.Contains("May use 0.5, by cpu.max of /pscontainer-3f1c", Fact(s_machine, s_container, IsolationAspect.CpusSeen).Reason);
        Assert.Contains("its cpuset or affinity (0)", Fact(s_machine, s_container with { Status = s_container.Status with { CpusAllowed = "0" }, Resources = new ResourceSight { IsSeen = true } }, IsolationAspect.CpusAllowed).Reason);
    }

    [Fact]
    public void What_may_not_be_seen_is_said()
    {
        Side denied = s_container with { Namespaces = new ulong[8], Inside = null, Root = null };
        IReadOnlyList<IsolationFact> facts = new Comparison(s_machine, denied).Facts();
        // Its numbers, which everybody may read, give the pid namespace away.
        Assert.True(Fact(s_machine, denied, IsolationAspect.Namespace, NamespaceType.Pid).Isolated);
        foreach (IsolationFact fact in facts.Where(fact => fact.Aspect is IsolationAspect.Hostname or IsolationAspect.Interfaces or IsolationAspect.IpcObjects || fact is { Aspect: IsolationAspect.Namespace, NamespaceType: not NamespaceType.Pid }))
        {
            Assert.Null(fact.Isolated);
            Assert.Contains("CAP_SYS_PTRACE", fact.Reason);
        }
        Assert.True(Fact(s_machine, denied, IsolationAspect.Capabilities).Isolated);
    }

    [Fact]
    public void A_pid_namespace_without_a_proc_of_its_own_still_shows_the_others()
    {
        Side half = s_container with { Mounts = s_machine.Mounts };
        IsolationFact fact = Fact(s_machine, half, IsolationAspect.ProcessCount);
        Assert.False(fact.Isolated);
        Assert.Contains("a pid namespace of its own, but the proc", fact.Reason);
    }

    [Fact]
    public void A_file_that_lies_over_the_kernels_is_not_asked()
    {
        Side told = s_container with { Mounts = Mounts("1 0 0:56 / / rw - overlay p rw", "2 1 0:57 / /proc rw - proc proc rw", "3 2 0:60 /m /proc/meminfo rw - fuse.lxcfs lxcfs rw") };
        Assert.Contains("fuse.lxcfs lies over /proc/meminfo", Fact(s_machine, told, IsolationAspect.MemorySeen).Reason);
    }

    [Fact]
    public void Two_containers_are_held_against_each_other()
    {
        Side other = s_container with { Name = "os2\e[31m", ProcessId = 4300, Namespaces = [21, 22, 23, 14, 25, 6, 7, 28], Status = s_container.Status with { Numbers = [4300, 1] } };
        Assert.Equal("4300 is 1 inside", Fact(other, s_container, IsolationAspect.ProcessId).Host);
        IsolationFact net = Fact(other, s_container, IsolationAspect.Namespace, NamespaceType.Net);
        Assert.False(net.Isolated);
        Assert.Contains(@"'os2\x1b[31m'", net.Reason);
        Assert.False(Fact(other, s_container, IsolationAspect.MemoryAllowed).Isolated);
    }

    [Fact]
    public void Has_a_text_of_one_line()
    {
        Assert.Equal("Hostname: os1, isolated", Fact(s_machine, s_container, IsolationAspect.Hostname).ToString());
        Assert.Equal("Namespace user: 7, shared", Fact(s_machine, s_container, IsolationAspect.Namespace, NamespaceType.User).ToString());
    }
}
