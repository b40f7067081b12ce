using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Kernel.Seccomp;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Plan;

/// <summary>The order of the recipe; each line of it has its reason.</summary>
public class OrderTests
{
    [Fact]
    public void The_whole_recipe_is_in_its_order()
        => SamplePlan.Build(SamplePlan.Spec(), request => request with { WaitForStart = true, DieWithParent = true }).InOrder(
            "PR_SET_DUMPABLE", "KEYCTL_JOIN_SESSION_KEYRING", "setsid", "unshare(CLONE_NEWCGROUP)", "umask", "MS_SLAVE", "open_tree(", "fsopen(\"proc\"", "mknodat",
            "/proc/sys can't be written", "/proc/keys shows nothing", "SIOCSIFFLAGS", "sethostname", "fchdir", "pivot_root", "umount2", "chdir", "close_range", "the working directory",
            "PR_SET_NO_NEW_PRIVS", "PR_CAPBSET_DROP", "PR_SET_KEEPCAPS", "setgroups", "setresgid", "setresuid", "capset", "CLEAR_ALL", "faccessat", "rt_sigaction", "rt_sigprocmask",
            "PR_SET_PDEATHSIG", "ready", "read(4", "execve");

    [Theory]
    [InlineData(true, false, "capset", "rt_sigprocmask", "ready", "seccomp(SECCOMP_SET_MODE_FILTER, 0, {1 instructions})", "execve")]
    [InlineData(true, true, "capset", "rt_sigprocmask", "seccomp(", "ready", "read(4", "execve")]
    [InlineData(false, false, "the working directory", "seccomp(", "PR_CAPBSET_DROP", "setresuid", "capset", "ready", "execve")]
    [InlineData(false, true, "the working directory", "seccomp(", "PR_CAPBSET_DROP", "setresuid", "capset", "ready", "read(4", "execve")]
    public void The_filter_is_the_last_thing_or_goes_before_the_right_to_it(bool noNewPrivileges, bool wait, params string[] order)
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec().With((ProcessSpec p) => p with { NoNewPrivileges = noNewPrivileges }),
            request => request with { WaitForStart = wait, Filter = new CompiledFilter(new byte[8], 0, null) });
        plan.InOrder(order);
        Assert.Equal(1, plan.Count("seccomp("));
        Assert.False(plan.Has("hand over listener"));
        Assert.False(SamplePlan.Build(SamplePlan.Spec()).Has("seccomp("));
    }

    [Fact]
    public void Who_answers_for_the_kernel_knows_of_it_before_the_first_call()
    {
        var filter = new CompiledFilter([], SeccompFlag.NewListener | SeccompFlag.Log, new SeccompListener("/run/agent", null));
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec(), request => request with { Filter = filter });
        int load = plan.Find("seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG|SECCOMP_FILTER_FLAG_NEW_LISTENER", "<listener>");
        Assert.Contains("hand over listener(<listener>)", plan.Child[load + 1].ToString());
        Assert.Equal(Call.Execve, plan.Child[load + 2].Call);
    }

    [Fact]
    public void Masks_come_after_every_mount_and_before_the_pivot()
    {
        SyscallPlan plan = SamplePlan.Build(spec => spec.Mounting("/proc/late", "tmpfs", "tmpfs").Mounting("/sys", "sysfs", "sysfs"));
        int masks = plan.Find("/proc/keys shows nothing");
        Assert.True(plan.Last("becomes visible") < masks);
        Assert.True(plan.Last("/proc/keys shows nothing") < plan.Find("pivot_root"));
    }

    [Fact]
    public void Nothing_is_opened_between_the_close_of_all_descriptors_and_the_working_directory()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec());
        int close = plan.Find("close_range");
        Assert.True(plan.Find("pivot_root") < close);
        Assert.Equal("openat2", plan.Child[close + 1].Call.Name);
        Assert.All(plan.Child.Skip(close + 4), step => Assert.False(step.Call.Name.StartsWith("open", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false, false, "close_range(4, ~0, 0)")]
    [InlineData(true, false, "close_range(5, ~0, 0)")]
    [InlineData(true, true, "close_range(6, ~0, 0)")]
    [InlineData(false, true, "close_range(6, ~0, 0)")]
    public void Of_the_descriptors_only_those_in_use_stay(bool fifo, bool idle, string close)
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec(), request => request with { WaitForStart = fifo, Idle = idle });
        Assert.True(plan.Has(close));
        Assert.Equal(idle && !fifo, plan.Has("close_range(4, 4, 0)"));
        Assert.Equal(fifo, plan.Has("dup3(<start fifo>, 4, O_CLOEXEC)"));
        Assert.Equal(idle, plan.Has("dup3(<idle init>, 5, O_CLOEXEC)"));
        // Behind the last use of any slot, for until then these numbers may be one.
        Assert.True(plan.Find("dup3(<parent pipe>, 3") > plan.Find("pivot_root"));
    }

    [Fact]
    public void Streams_that_nobody_gives_are_left_alone()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec());
        foreach (string stream in (string[])[GivenSlots.StandardInput, GivenSlots.StandardOutput, GivenSlots.StandardError])
            Assert.Equal(plan.Given[stream], ((Argument.Contents)plan.Step($"dup3(<{stream}>").Arguments[0]).Slot);
        using var compiled = new CompiledPlan(plan);
        unsafe
        {
            Assert.Equal(-1, compiled.Slots[plan.Given[GivenSlots.StandardInput].Index]);
        }
    }

    [Fact]
    public void Death_with_the_parent_is_set_after_the_change_of_user_which_would_undo_it()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec(), request => request with { DieWithParent = true });
        Assert.True(plan.Find("PR_SET_PDEATHSIG") > plan.Find("capset"));
        Assert.False(SamplePlan.Build(SamplePlan.Spec()).Has("PR_SET_PDEATHSIG"));
    }

    [Fact]
    public void The_working_directory_goes_through_no_magic_link_and_is_entered_as_root()
    {
        SyscallPlan plan = SamplePlan.Build(spec => spec.With((ProcessSpec p) => p with { Cwd = "/work/here" }));
        Step open = plan.Step("openat2(", "\"/work/here\"", "RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS", "reached through no magic link");
        Assert.Contains("O_DIRECTORY", open.ToString());
        Assert.True(plan.Find("reached through no magic link") < plan.Find("setresuid"));
        Assert.True(plan.Find("the working directory, if there is none") < plan.Find("pivot_root"));
    }

    [Fact]
    public void A_plan_without_a_process_is_none()
        => Fails.With("ConfigInvalid", () => SamplePlan.Build(SamplePlan.Spec() with { Process = null }));

    [Fact]
    public void A_host_name_needs_a_uts_namespace_of_its_own()
    {
        Fails.With("HostnameShared", () => SamplePlan.Build(spec => spec.With((LinuxSpec l) => l with { Namespaces = [new("mount")] })));
        Fails.With("HostnameShared", () => SamplePlan.Build(spec => spec.With((LinuxSpec l) => l with { Namespaces = [new("mount"), new("uts", "/proc/1/ns/uts")] })));
        Assert.False(SamplePlan.Build((spec => (spec with { Hostname = null }).With((LinuxSpec l) => l with { Namespaces = [new("mount")] }))).Has("sethostname"));
    }

    [Theory]
    [InlineData(true, "~[]")]
    [InlineData(false, "[]")]
    public void The_idle_init_is_born_deaf_so_that_no_signal_is_lost_and_a_program_is_not(bool idle, string mask)
        => Assert.Equal(mask, SamplePlan.Build(SamplePlan.Spec(), request => request with { Idle = idle }).Step("rt_sigprocmask(").Arguments[1].ToString());

    [Fact]
    public void Every_step_has_a_reason_and_every_slot_is_filled_before_it_is_used()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec(), request => request with { WaitForStart = true, Idle = true });
        var filled = plan.Given.Values.Select(slot => slot.Index).ToHashSet();
        foreach (Step step in plan.Prepare.Concat(plan.Child))
        {
            Assert.NotEmpty(step.Why);
            foreach (Argument.Contents contents in step.Arguments.OfType<Argument.Contents>()) Assert.Contains(contents.Slot.Index, filled);
            foreach (Argument.Block block in step.Arguments.OfType<Argument.Block>()) Assert.All(block.Filled, fill => Assert.Contains(fill.Slot.Index, filled));
            if (step.When is { } when) Assert.Contains(when.Index, filled);
            if (step.Result is { } result) filled.Add(result.Index);
            Assert.InRange(step.Arguments.Count, 0, 6);
            Assert.InRange(step.Tolerated.Count, 0, CompiledStep.MaxTolerated);
        }
        Assert.All(filled, index => Assert.InRange(index, 0, plan.SlotCount - 1));
        Assert.Equal(Call.Execveat, plan.Child[^1].Call);
        Assert.Equal(Errno.None, plan.Child[^1].Tolerated.FirstOrDefault());
    }
}
