using System.Net;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Plan;

/// <summary>A container whose root is nobody outside: who does what, and in which order.</summary>
public class UserNamespaceTests
{
    private static RuntimeSpec Apart(RuntimeSpec spec, string? path = null) => spec.With((LinuxSpec linux) => linux with
    {
        Namespaces = [.. linux.Namespaces, new("user", path)],
        UidMappings = path is null ? [new(0, 100000, 65536)] : [], GidMappings = path is null ? [new(0, 200000, 65536)] : [],
    });

    private static SyscallPlan Build(Func<RuntimeSpec, RuntimeSpec>? change = null, Func<ContainerPlanRequest, ContainerPlanRequest>? request = null)
        => SamplePlan.Build(Apart(change?.Invoke(SamplePlan.Spec()) ?? SamplePlan.Spec()), request);

    private static string[] Text(IEnumerable<Step> steps) => [.. steps.Select(step => $"{step} # {step.Why}")];

    private static void InOrder(IEnumerable<Step> steps, params string[] texts)
    {
        string[] lines = Text(steps);
        int at = 0;
        foreach (string text in texts)
        {
            int found = Array.FindIndex(lines, at, line => line.Contains(text));
            Assert.True(found >= 0, $"no step with {text} from {at} on in\n{string.Join('\n', lines)}");
            at = found + 1;
        }
    }

    [Fact]
    public void The_parent_makes_the_namespace_and_writes_its_mappings()
        => InOrder(Build().Prepare, "make holder(CLONE_NEWUSER)", "\"uid_map\"", "\"0 100000 65536\\x0a\", 15)", "\"gid_map\"", "\"0 200000 65536\\x0a\", 15)", "\"ns/user\"", "end holder");

    [Fact]
    public void A_go_between_puts_the_root_together_and_goes_over_last()
    {
        SyscallPlan plan = Build();
        InOrder(plan.Between, "PR_SET_DUMPABLE", "umask", "unshare(CLONE_NEWNS)", "MS_SLAVE", "open_tree(AT_FDCWD, \"/srv/root\"", "fsopen(\"tmpfs\"", "mknodat", "setns(<user namespace>, CLONE_NEWUSER)");
        Assert.Contains("CLONE_NEWUSER", plan.Between[^1].ToString());
        Assert.Equal(CloneFlags.NewPid | CloneFlags.NewNs | CloneFlags.NewUts | CloneFlags.NewIpc | CloneFlags.NewNet, plan.Clone3.Flags);
    }

    [Fact]
    public void The_child_is_root_inside_before_it_makes_anything()
    {
        SyscallPlan plan = Build(request: request => request with { Cgroup = ContainerCgroupPlan.None with { Joins = [new("/sys/fs/cgroup/memory/x/tasks", "into it")] } });
        // The join is a right of the host's root, which it still is there to the files of cgroup v1.
        plan.InOrder("/sys/fs/cgroup/memory/x/tasks", "unshare(CLONE_NEWCGROUP)", "setresgid(0, 0, 0)", "setresuid(0, 0, 0)", "KEYCTL_JOIN_SESSION_KEYRING", "move_mount(", "fsopen(\"proc\"", "pivot_root", "setresuid", "execve");
        Assert.False(plan.Has("mknodat"));
        Assert.False(plan.Has("MS_SLAVE"));
    }

    [Fact]
    public void Nodes_belong_to_the_users_inside()
    {
        SyscallPlan plan = Build(spec => spec.With((LinuxSpec linux) => linux with { Devices = [new("/dev/net/tun", 'c', 10, 200, 0x1B6, 7, 8), new("/dev/far", 'c', 1, 3, 0x1B6, 99999, 0)] }));
        InOrder(plan.Between, "fchownat(<tmpfs>, \"\", 100000, 200000", "\"null\", S_IFCHR", "fchownat(<tmpfs>, \"null\", 100000, 200000", "\"tty\", 100000, 200005", "fchownat(</net>, \"\", 100000, 200000", "\"tun\", 100007, 200008", "\"far\", 100000, 200000");
    }

    [Fact]
    public void Of_a_namespace_that_somebody_else_has_made_the_mappings_are_its_own()
    {
        SyscallPlan plan = SamplePlan.Build(Apart(SamplePlan.Spec(), "/proc/7/ns/user"));
        Assert.Equal(["/proc/7/ns/user"], plan.Prepare.Select(step => step.Subject));
        InOrder(plan.Between, "fsmount", "mknodat(<tmpfs>, \"null\"", "{IDMAP}", "setns(</proc/7/ns/user>, CLONE_NEWUSER)");
        Assert.DoesNotContain(plan.Between, step => step.Call == Call.Fchownat && step.Arguments[2] is Argument.Number { Value: not 0 });
    }

    [Fact]
    public void What_shows_a_namespace_of_the_hosts_the_host_mounts()
    {
        RuntimeSpec Sys(RuntimeSpec spec) => spec.Mounting("/sys", "sysfs", "sysfs");
        Assert.True(Build(Sys).Has("fsopen(\"sysfs\""));
        SyscallPlan shared = Build(spec => Sys(spec).With((LinuxSpec linux) => linux with { Namespaces = [.. linux.Namespaces.Where(n => n.Type is not ("network" or "pid"))] }));
        Assert.Contains(Text(shared.Between), line => line.Contains("fsopen(\"sysfs\""));
        Assert.Contains(Text(shared.Between), line => line.Contains("fsopen(\"proc\""));
        // Of a pid namespace that is joined only the child is a member.
        SyscallPlan joined = SamplePlan.Build(Apart(SamplePlan.Spec()).With((LinuxSpec linux) => linux with { Namespaces = [.. linux.Namespaces.Where(n => n.Type != "pid"), new("pid", "/proc/7/ns/pid")] }));
        Assert.True(joined.Has("fsopen(\"proc\""));
    }

    [Fact]
    public void Namespaces_to_join_are_joined_with_the_hosts_rights()
        => InOrder(SamplePlan.Build(Apart(SamplePlan.Spec()).With((LinuxSpec linux) => linux with { Namespaces = [new("mount"), new("uts"), new("network", "/run/netns/a"), new("user")] })).Between,
            "setns(</run/netns/a>, CLONE_NEWNET)", "setns(<user namespace>, CLONE_NEWUSER)");

    [Fact]
    public void Links_are_made_by_the_parent_in_a_namespace_that_is_there_before()
    {
        var endpoint = new EndpointPlan("br", "veth1", "eth0", IPAddress.Parse("10.0.0.2"), 24, [2, 0, 0, 0, 0, 1], 1500);
        SyscallPlan plan = Build(request: request => request with { Endpoints = [endpoint] });
        InOrder(plan.Prepare, "make holder(CLONE_NEWUSER|CLONE_NEWNET)", "\"ns/net\"", "end holder", "peer eth0", "master <br>");
        Assert.False(plan.Clone3.Flags.HasFlag(CloneFlags.NewNet));
        plan.InOrder("setns(<network namespace>, CLONE_NEWNET)", "RTM_NEWADDR");
    }

    [Fact]
    public void Layers_are_mapped_and_the_bundles_own_folder_is_not()
    {
        SyscallPlan layers = Build(request: request => request with { Root = new RootSource.Layers("image", ["/l/a", "/l/b"], "/c", "/c/rootfs") });
        InOrder(layers.Between, "open_tree(AT_FDCWD, \"/l/a\"", "{IDMAP}", "open_tree(AT_FDCWD, \"/l/b\"", "{IDMAP}", "open_tree(AT_FDCWD, \"/c\"", "{IDMAP}", "symlinkat(\"container/upper\"", "setfsgid(200000)", "setfsuid(100000)", "mount(\"overlay\"", "setfsuid(0)", "setfsgid(0)");
        SyscallPlan throwaway = Build(request: request => request with { Root = new RootSource.Throwaway(["/"], "/c/rootfs") });
        InOrder(throwaway.Between, "fchownat(<tmpfs>, \"upper\", 100000, 200000", "open_tree(AT_FDCWD, \"/\"", "{IDMAP}", "\"lowerdir\", \"/c/rootfs/0\"");
        Assert.DoesNotContain(Text(Build().Between), line => line.Contains("IDMAP"));
    }

    [Fact]
    public void A_mount_is_mapped_as_the_container_is_or_as_it_says_itself()
    {
        static RuntimeSpec Mount(RuntimeSpec spec, MountSpec mount) => spec with { Mounts = [.. spec.Mounts, mount] };
        var plain = new MountSpec("/v", null, "/srv/v") { Options = ["rbind", "ridmap"] };
        SyscallPlan plan = Build(spec => Mount(spec, plain));
        InOrder(plan.Between, "open_tree(AT_FDCWD, \"/srv/v\"", "AT_EMPTY_PATH|AT_RECURSIVE, {IDMAP}");
        Assert.Single(plan.Prepare, step => step.Call == Call.MakeHolder);

        SyscallPlan own = SamplePlan.Build(spec => Mount(spec, plain with { UidMappings = [new(0, 5, 1)], GidMappings = [new(0, 6, 1)] }));
        Assert.Single(own.Prepare, step => step.Call == Call.MakeHolder);
        own.InOrder("open_tree(AT_FDCWD, \"/srv/v\"", "{IDMAP}");
        Assert.Empty(own.Between);

        Fails.With("MappingInvalid", () => SamplePlan.Build(spec => Mount(spec, plain)));
        Fails.With("MappingInvalid", () => Build(spec => Mount(spec, plain with { UidMappings = [new(0, 5, 1)] })));
        Fails.With("MappingInvalid", () => Build(spec => Mount(spec, new MountSpec("/v", "tmpfs", "tmpfs") { Options = ["idmap"] })));
    }

    [Fact]
    public void Clocks_are_set_before_anybody_has_them()
    {
        static RuntimeSpec Time(RuntimeSpec spec) => spec.With((LinuxSpec linux) => linux with { Namespaces = [.. linux.Namespaces, new("time")], TimeOffsets = new Dictionary<string, TimeOffset> { ["monotonic"] = new(-5, 7) } });
        SyscallPlan plan = SamplePlan.Build(Time);
        InOrder(plan.Between, "PR_SET_DUMPABLE", "unshare(CLONE_NEWTIME)", "monotonic -5 7");
        // Nothing else is done there: its mounts would be the host's.
        Assert.Equal(3, plan.Between.Count);
        InOrder(Build(Time).Between, "CLONE_NEWUSER", "unshare(CLONE_NEWTIME)", "monotonic -5 7");
        Fails.With("TimeOffsetInvalid", () => SamplePlan.Build(spec => spec.With((LinuxSpec linux) => Time(spec).Linux with { Namespaces = linux.Namespaces })));
        Fails.With("TimeOffsetInvalid", () => SamplePlan.Build(spec => Time(spec).With((LinuxSpec linux) => linux with { TimeOffsets = new Dictionary<string, TimeOffset> { ["realtime"] = new(1, 0) } })));
        Fails.With("TimeOffsetInvalid", () => SamplePlan.Build(spec => Time(spec).With((LinuxSpec linux) => linux with { TimeOffsets = new Dictionary<string, TimeOffset> { ["boottime"] = new(1, 1_000_000_000) } })));
    }

    [Fact]
    public void A_limit_is_raised_while_somebody_may()
    {
        SyscallPlan plan = Build(spec => spec.With((ProcessSpec process) => process with { Rlimits = [new("RLIMIT_NOFILE", 10, 20), new("RLIMIT_CORE", 0, 0)], OomScoreAdj = -9 }));
        InOrder(plan.Between, "oom_score_adj", "RLIMIT_NOFILE, {1048576, 1048576}", "RLIMIT_CORE, {18446744073709551615");
        plan.InOrder("RLIMIT_NOFILE, {10, 20}", "RLIMIT_CORE, {0, 0}");
    }

    [Fact]
    public void A_cgroup_that_it_may_write_is_given_to_it()
    {
        static ContainerPlanRequest Group(ContainerPlanRequest request) => request with { Cgroup = ContainerCgroupPlan.None with { BornIn = "/sys/fs/cgroup/x" } };
        InOrder(Build(spec => spec.Mounting("/sys/fs/cgroup", "cgroup", "cgroup"), Group).Prepare, "fchownat(<cgroup>, \"\", 100000, 200000", "\"cgroup.procs\"");
        Assert.DoesNotContain(Build(spec => spec.Mounting("/sys/fs/cgroup", "cgroup", "cgroup", "ro"), Group).Prepare, step => step.Call == Call.Fchownat);
    }

    [Fact]
    public void Mappings_that_can_t_be_are_refused()
    {
        void Refused(Func<LinuxSpec, LinuxSpec> change) => Fails.With("MappingInvalid", () => SamplePlan.Build(Apart(SamplePlan.Spec()).With(change)));
        Refused(linux => linux with { UidMappings = [] });
        Refused(linux => linux with { GidMappings = [] });
        Refused(linux => linux with { UidMappings = [new(1, 100000, 10)] });
        Refused(linux => linux with { UidMappings = [new(0, 100000, 10), new(5, 200000, 10)] });
        Refused(linux => linux with { Namespaces = [new("mount"), new("uts")] });
        Refused(linux => linux with { Namespaces = [new("mount"), new("uts"), new("user", "/proc/7/ns/user")] });
    }
}
