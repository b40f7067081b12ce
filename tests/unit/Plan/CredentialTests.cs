using System.Runtime.InteropServices;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Plan;

public class CredentialTests
{
    private static SyscallPlan Build(Func<ProcessSpec, ProcessSpec> change) => SamplePlan.Build(spec => spec.With(change));

    private static uint[] Numbers(Argument block) => MemoryMarshal.Cast<byte, uint>(((Argument.Block)block).Value).ToArray();

    [Fact]
    public void Groups_go_first_then_the_group_then_the_user_and_the_capabilities_after_it()
    {
        SyscallPlan plan = Build(p => p with { User = new UserSpec(1000, 50) { AdditionalGids = [7, 8], Umask = 0x3F } });
        plan.InOrder("PR_SET_KEEPCAPS", "setgroups(2, [7, 8])", "setresgid(50, 50, 50)", "setresuid(1000, 1000, 1000)", "umask(077)", "capset");
        Assert.Equal([7u, 8u], Numbers(plan.Step("setgroups").Arguments[1]));
    }

    [Fact]
    public void No_group_of_the_callers_is_kept()
    {
        Assert.True(Build(p => p).Has("setgroups(0, [])"));
        Assert.True(Build(p => p).Has("umask(022)"));
    }

    [Fact]
    public void Capabilities_are_exactly_those_that_are_listed()
    {
        SyscallPlan plan = Build(p => p with
        {
            Capabilities = new CapabilitySpec { Bounding = ["CAP_CHOWN", "CAP_BPF"], Effective = ["CAP_CHOWN"], Permitted = ["CAP_CHOWN", "CAP_BPF"], Inheritable = ["CAP_BPF"], Ambient = ["CAP_BPF"] },
        });
        Assert.Equal(Enum.GetValues<Capability>().Length - 2, plan.Count("PR_CAPBSET_DROP"));
        Assert.False(plan.Has("PR_CAPBSET_DROP", "CAP_CHOWN"));
        // effective, permitted, inheritable: the lower 32, then the upper.
        Assert.Equal([1u, 1u, 0u, 0u, 1u << 7, 1u << 7], Numbers(plan.Step("capset").Arguments[1]));
        Assert.Equal([0x20080522u, 0u], Numbers(plan.Step("capset").Arguments[0]));
        plan.InOrder("capset", "CLEAR_ALL", "RAISE, CAP_BPF");
        Assert.Equal(1, plan.Count("RAISE"));
    }

    [Fact]
    public void The_default_set_is_dockers()
    {
        SyscallPlan plan = Build(p => p with { Capabilities = new CapabilitySpec { Bounding = DefaultProfile.Capabilities, Effective = DefaultProfile.Capabilities, Permitted = DefaultProfile.Capabilities } });
        Assert.Equal([0xA80425FBu, 0xA80425FBu, 0u, 0u, 0u, 0u], Numbers(plan.Step("capset").Arguments[1]));
        Assert.False(plan.Has("RAISE"));
        Assert.True(plan.Has("CLEAR_ALL"));
    }

    [Fact]
    public void The_bounding_set_shrinks_while_the_right_to_it_is_there()
    {
        SyscallPlan plan = Build(p => p);
        Assert.True(plan.Last("PR_CAPBSET_DROP") < plan.Find("setresuid"));
        Assert.Equal([Errno.EINVAL], plan.Step("PR_CAPBSET_DROP").Tolerated);
        Assert.Empty(plan.Step("capset").Tolerated);
        Assert.Empty(plan.Step("setresuid").Tolerated);
    }

    [Fact]
    public void No_new_privileges_are_set_on_wish()
    {
        Assert.True(Build(p => p with { NoNewPrivileges = true }).Has("prctl(PR_SET_NO_NEW_PRIVS, 1"));
        Assert.False(Build(p => p with { NoNewPrivileges = false }).Has("PR_SET_NO_NEW_PRIVS"));
    }

    [Fact]
    public void Resource_limits_are_set_before_the_right_to_raise_them_goes()
    {
        SyscallPlan plan = Build(p => p with { Rlimits = [new("RLIMIT_NOFILE", 10, 20), new("RLIMIT_CORE", 0, ulong.MaxValue)], OomScoreAdj = -5 });
        Step files = plan.Step("prlimit64(0, RLIMIT_NOFILE, {10, 20}");
        Assert.Equal(7, ((Argument.Number)files.Arguments[1]).Value);
        Assert.Equal([10ul, 20ul], MemoryMarshal.Cast<byte, ulong>(((Argument.Block)files.Arguments[2]).Value).ToArray());
        Assert.True(plan.Last("prlimit64") < plan.Find("setresuid"));
        // And behind what they could make fail.
        Assert.True(plan.Find("prlimit64") > plan.Last("openat2"));
        Assert.True(plan.Has("/proc/self/oom_score_adj", "\"-5\""));
    }

    [Theory]
    [InlineData("RLIMIT_NONE")]
    [InlineData("rlimit_nofile")]
    [InlineData("")]
    [InlineData("7")]
    public void Limits_that_nobody_knows_are_refused(string type) => Fails.With("RlimitInvalid", () => Build(p => p with { Rlimits = [new(type, 1, 1)] }));

    [Theory]
    [InlineData("CAP_NONE")]
    [InlineData("cap_chown")]
    [InlineData("CHOWN")]
    [InlineData("0")]
    [InlineData("63")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("CAP_CHOWN,CAP_KILL")]
    public void Capabilities_that_nobody_knows_are_refused(string name)
    {
        Fails.With("CapabilityUnknown", () => Build(p => p with { Capabilities = new CapabilitySpec { Bounding = [name] } }));
        Fails.With("CapabilityUnknown", () => Build(p => p with { Capabilities = new CapabilitySpec { Ambient = [name] } }));
    }

    [Fact]
    public void Signals_are_reset_all_but_the_two_that_can_t_be()
    {
        SyscallPlan plan = Build(p => p);
        long[] signals = [.. plan.Child.Where(step => step.Call == Call.RtSigaction).Select(step => ((Argument.Number)step.Arguments[0]).Value)];
        Assert.Equal(Enumerable.Range(1, 64).Except([9, 19]).Select(n => (long)n), signals);
        plan.InOrder("rt_sigaction(64", "rt_sigprocmask", "execve");
    }
}
