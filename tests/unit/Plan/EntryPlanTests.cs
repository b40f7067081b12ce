using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Plan;

public class EntryPlanTests
{
    private const CloneFlags All = CloneFlags.NewNs | CloneFlags.NewPid | CloneFlags.NewNet | CloneFlags.NewUts | CloneFlags.NewIpc | CloneFlags.NewCgroup;

    private static SyscallPlan Build(CloneFlags types, Func<EntryPlanRequest, EntryPlanRequest>? change = null)
    {
        var request = new EntryPlanRequest(42, types, new ProcessSpec { Args = ["/bin/sh"], Cwd = "/work" });
        return EntryPlan.Build(change?.Invoke(request) ?? request);
    }

    [Fact]
    public void The_pid_namespace_is_for_the_next_child_and_all_others_are_one_call()
    {
        SyscallPlan plan = Build(All);
        Assert.Equal(["setns(<target>, CLONE_NEWPID)"], plan.Prepare.Select(step => step.ToString()));
        Assert.Equal(1, plan.Count("setns"));
        Assert.True(plan.Has("setns(<target>, CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWNET|CLONE_NEWCGROUP)"));
        Assert.Equal(CloneFlags.None, plan.Clone3.Flags);
        Assert.Equal(EntryPlan.TargetSlot, plan.Given[EntryPlan.TargetSlot].Name);
    }

    [Fact]
    public void Nothing_to_join_is_no_call()
    {
        SyscallPlan plan = Build(CloneFlags.None);
        Assert.Empty(plan.Prepare);
        Assert.False(plan.Has("setns"));
        Assert.False(Build(CloneFlags.NewPid).Has("setns"));
    }

    [Fact]
    public void Who_enters_can_t_be_looked_into_before_and_no_descriptor_stays()
        => Build(All, request => request with { Confined = true }).InOrder(
            "PR_SET_DUMPABLE", "KEYCTL_JOIN_SESSION_KEYRING", "setns", "dup3(<parent pipe>, 3", "close_range(4, ~0, 0)", "openat2(AT_FDCWD, \"/work\"", "setgroups", "setresuid", "capset", "rt_sigprocmask", "PR_SET_PDEATHSIG", "ready", "execve");

    [Fact]
    public void An_entry_like_nsenters_keeps_the_callers_rights()
    {
        SyscallPlan plan = Build(All);
        foreach (string call in (string[])["setgroups", "setresuid", "capset", "keyctl", "PR_SET_NO_NEW_PRIVS", "openat2"]) Assert.False(plan.Has(call), call);
        Assert.True(Build(All | CloneFlags.NewUser).Has("setresuid(0, 0, 0)", "root of the user namespace"));
    }

    [Fact]
    public void Who_enters_users_of_their_own_is_their_root_before_it_makes_anything()
        => Build(All | CloneFlags.NewUser, request => request with { Confined = true, Process = request.Process with { Terminal = true } }).InOrder(
            "setns(<target>, CLONE_NEWUSER|", "setresgid(0, 0, 0)", "setresuid(0, 0, 0)", "KEYCTL_JOIN_SESSION_KEYRING", "\"/dev/pts/ptmx\"", "setgroups", "capset");

    [Fact]
    public void The_cgroup_is_joined_while_the_hosts_files_are_in_sight()
    {
        var cgroup = ContainerCgroupPlan.None with { BornIn = "/sys/fs/cgroup/x", Joins = [new("/sys/fs/cgroup/memory/x/tasks", "into it")] };
        SyscallPlan plan = Build(All, request => request with { Cgroup = cgroup, Confined = true });
        Assert.True(plan.Find("/sys/fs/cgroup/memory/x/tasks") < plan.Find("setns"));
        Assert.True(plan.Clone3.Flags.HasFlag(CloneFlags.IntoCgroup));
        // The descriptor of the group is opened while the parent still is where it was.
        Assert.Equal("openat", plan.Prepare[0].Call.Name);
        Assert.Equal("setns", plan.Prepare[^1].Call.Name);
    }

    [Fact]
    public void A_terminal_is_the_containers()
        => Build(All, request => request with { Process = request.Process with { Terminal = true }, Confined = true }).InOrder("setsid", "setns", "\"/dev/pts/ptmx\"", "TIOCGPTPEER", "hand over", "TIOCSCTTY", "close_range");

    [Fact]
    public void Who_enters_a_container_has_its_filter()
    {
        var filter = new CompiledFilter(new byte[8], 0, null);
        Build(All, request => request with { Confined = true, Filter = filter, Process = request.Process with { NoNewPrivileges = true } }).InOrder("capset", "ready", "seccomp(", "execve");
        Build(All, request => request with { Confined = true, Filter = filter }).InOrder("the working directory", "seccomp(", "capset", "ready", "execve");
        // Nothing of its rights is taken from nsenter's program.
        Build(All, request => request with { Filter = filter }).InOrder("ready", "seccomp(", "execve");
    }

    [Fact]
    public void Only_nsenters_program_stays_in_the_callers_session()
    {
        Assert.True(Build(All, request => request with { Confined = true }).Has("setsid"));
        Assert.False(Build(All).Has("setsid"));
    }
}
