using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Plan;

public class NamespaceTests
{
    private static SyscallPlan Build(params NamespaceSpec[] namespaces)
        => SamplePlan.Build(spec => (spec with { Hostname = null }).With((LinuxSpec l) => l with { Namespaces = namespaces }));

    [Fact]
    public void All_are_made_with_the_clone_but_the_cgroups()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec());
        Assert.Equal(CloneFlags.NewPid | CloneFlags.NewNs | CloneFlags.NewUts | CloneFlags.NewIpc | CloneFlags.NewNet, plan.Clone3.Flags);
        Assert.Equal(1, plan.Count("unshare(CLONE_NEWCGROUP)"));
    }

    [Fact]
    public void The_cgroup_namespace_is_made_after_the_join_because_its_root_is_where_its_maker_is()
    {
        var cgroup = ContainerCgroupPlan.None with { Joins = [new("/sys/fs/cgroup/memory/x/tasks", "into it")] };
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec(), request => request with { Cgroup = cgroup });
        Assert.True(plan.Find("/sys/fs/cgroup/memory/x/tasks") < plan.Find("unshare(CLONE_NEWCGROUP)"));
    }

    [Fact]
    public void A_v2_group_is_born_in()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec(), request => request with { Cgroup = ContainerCgroupPlan.None with { BornIn = "/sys/fs/cgroup/x" } });
        Assert.True(plan.Clone3.Flags.HasFlag(CloneFlags.IntoCgroup));
        Assert.Contains("CLONE_INTO_CGROUP", plan.Clone3.Shown);
        Step open = Assert.Single(plan.Prepare);
        Assert.Equal(open.Result, plan.Clone3.Cgroup);
    }

    [Fact]
    public void Those_with_a_path_are_opened_by_the_parent_and_joined_by_the_child()
    {
        SyscallPlan plan = Build(new("mount"), new("network", "/run/netns/a"), new("ipc", "/proc/7/ns/ipc"));
        Assert.Equal(["/run/netns/a", "/proc/7/ns/ipc"], plan.Prepare.Select(step => step.Subject));
        plan.InOrder("setns(</run/netns/a>, CLONE_NEWNET)", "setns(</proc/7/ns/ipc>, CLONE_NEWIPC)", "MS_SLAVE");
        Assert.Equal(CloneFlags.NewNs, plan.Clone3.Flags);
        Assert.Empty(plan.Between);
    }

    [Fact]
    public void A_pid_namespace_is_joined_by_the_parent_for_its_next_child()
    {
        SyscallPlan plan = Build(new("mount"), new("pid", "/proc/7/ns/pid"));
        Assert.Contains(plan.Prepare, step => step.ToString() == "setns(</proc/7/ns/pid>, CLONE_NEWPID)");
        Assert.False(plan.Has("setns"));
    }

    [Fact]
    public void Loopback_is_raised_in_a_new_network_namespace_alone()
    {
        Assert.True(Build(new("mount"), new("network")).Has("SIOCSIFFLAGS"));
        Assert.False(Build(new("mount"), new("network", "/run/netns/a")).Has("SIOCSIFFLAGS"));
        Assert.False(Build(new NamespaceSpec("mount")).Has("SIOCSIFFLAGS"));
    }

    [Fact]
    public void Lists_that_can_t_be_are_refused()
    {
        Fails.With("NamespaceInvalid", () => Build(new("mount"), new("galaxy")));
        Fails.With("NamespaceInvalid", () => Build(new("mount"), new("")));
        Fails.With("NamespaceInvalid", () => Build(new("mount"), new("net")));
        Fails.With("NamespaceInvalid", () => Build(new("mount"), new("pid"), new("pid")));
        Fails.With("NamespaceInvalid", () => Build(new("mount"), new("pid"), new("pid", "/proc/7/ns/pid")));
        Fails.With("NamespaceInvalid", () => Build(new NamespaceSpec("pid")));
        Fails.With("ConfigNotSupported", () => Build(new NamespaceSpec("mount", "/proc/7/ns/mnt")));
    }

    [Theory]
    [InlineData(null, "MS_SLAVE", false)]
    [InlineData("slave", "MS_SLAVE", false)]
    [InlineData("rslave", "MS_SLAVE", false)]
    [InlineData("private", "MS_PRIVATE", false)]
    [InlineData("rprivate", "MS_PRIVATE", false)]
    [InlineData("shared", "MS_SLAVE", true)]
    [InlineData("rshared", "MS_SLAVE", true)]
    [InlineData("unbindable", "MS_SLAVE", true)]
    public void The_mount_namespace_is_cut_off_before_any_mount(string? propagation, string first, bool again)
    {
        SyscallPlan plan = SamplePlan.Build(spec => spec.With((LinuxSpec l) => l with { RootfsPropagation = propagation }));
        int cut = plan.Find("no mount made here may reach the host");
        Assert.Contains(first, plan.Child[cut].ToString());
        Assert.Contains("AT_RECURSIVE", plan.Child[cut].ToString());
        Assert.True(cut < plan.Find("open_tree"));
        Assert.True(cut < plan.Find("move_mount"));
        Assert.Equal(again, plan.Has("linux.rootfsPropagation"));
        if (again) Assert.True(plan.Find("linux.rootfsPropagation") > plan.Find("umount2"));
    }
}
