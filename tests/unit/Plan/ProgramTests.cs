using PSContainer.Engine.Plan;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Plan;

/// <summary>How args[0] is found, and settings of linux.sysctl.</summary>
public class ProgramTests
{
    private static string[] Executed(SyscallPlan plan) => [.. plan.Child.Where(step => step.Call == Call.Execve).Select(step => step.Subject!)];

    private static SyscallPlan Build(string program, params string[] environment)
        => SamplePlan.Build(SamplePlan.Spec(program, "-x").With((ProcessSpec p) => p with { Env = environment }), request => request with { WaitForStart = true });

    [Fact]
    public void A_path_is_taken_as_it_is()
    {
        foreach (string path in (string[])["/bin/x", "./x", "a/x"])
        {
            SyscallPlan plan = Build(path, "PATH=/usr/bin");
            Assert.Equal([path], Executed(plan));
            Assert.Empty(plan.Step("execve(").Tolerated);
        }
    }

    [Fact]
    public void A_name_is_looked_up_along_path_and_its_absence_is_told_before_the_start()
    {
        SyscallPlan plan = Build("x", "PATH=/one:/two/::/one");
        Assert.Equal(["/one/x", "/two/x"], Executed(plan));
        Assert.Equal([Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES, Errno.ELOOP], plan.Step("execve(").Tolerated);
        Assert.Equal("execve(\"/one/x\", [\"x\", \"-x\"], [\"PATH=/one:/two/::/one\"])", plan.Step("execve(").ToString());
        Assert.True(plan.Find("faccessat(AT_FDCWD, \"/two/x\", X_OK)") < plan.Find("read(4"));
        Step fail = plan.Step("fail(2)");
        Assert.Equal("x", fail.Subject);
        Assert.Equal(plan.Step("faccessat").Result, fail.Unless);
        Assert.Equal(Call.Fail, plan.Child[^1].Call);
    }

    [Fact]
    public void Without_path_there_is_the_usual_one_and_the_last_counts()
    {
        Assert.Equal(6, Executed(Build("x")).Length);
        Assert.Equal(["/b/x"], Executed(Build("x", "PATH=/a", "XPATH=/c", "PATH=/b")));
        Assert.Empty(Executed(Build("x", "PATH=")));
    }

    [Fact]
    public void The_idle_init_needs_nothing_of_the_root()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec(), request => request with { Idle = true, WaitForStart = true });
        Assert.Equal("execveat(5, \"\", [\"init\"], [\"PATH=/usr/bin:/bin\"], AT_EMPTY_PATH)", plan.Child[^1].ToString());
        Assert.False(plan.Has("faccessat"));
        Assert.False(plan.Has("execve("));
    }

    private static SyscallPlan Sysctl(string name, string value, params string[] namespaces)
        => SamplePlan.Build(spec => (spec with { Hostname = null }).With((LinuxSpec l) => l with
        {
            Namespaces = [.. namespaces.Append("mount").Select(type => new NamespaceSpec(type))], Sysctl = new Dictionary<string, string> { [name] = value },
        }));

    [Theory]
    [InlineData("net.ipv4.ip_forward", "network", "sys/net/ipv4/ip_forward")]
    [InlineData("kernel.shmmax", "ipc", "sys/kernel/shmmax")]
    [InlineData("kernel.shm_rmid_forced", "ipc", "sys/kernel/shm_rmid_forced")]
    [InlineData("fs.mqueue.msg_max", "ipc", "sys/fs/mqueue/msg_max")]
    [InlineData("kernel.domainname", "uts", "sys/kernel/domainname")]
    public void A_setting_of_a_namespace_of_its_own_is_written_through_its_own_proc(string name, string type, string file)
    {
        SyscallPlan plan = Sysctl(name, "7", type);
        Step write = plan.Step("write file(</proc>", file);
        Assert.Contains("RESOLVE_BENEATH|RESOLVE_NO_XDEV|RESOLVE_NO_MAGICLINKS|RESOLVE_NO_SYMLINKS", write.Arguments[2].ToString());
        Assert.Equal(1L, ((Argument.Number)write.Arguments[5]).Value);
        // Before /proc/sys becomes read-only.
        Assert.True(plan.Find("write file(</proc>") < plan.Find("/proc/sys can't be written"));
        Fails.With("SysctlInvalid", () => Sysctl(name, "7"));
    }

    [Theory]
    [InlineData("kernel.core_pattern", "x")]
    [InlineData("kernel.hostname", "x")]
    [InlineData("kernel.shmmax2", "1")]
    [InlineData("vm.swappiness", "1")]
    [InlineData("fs.file-max", "1")]
    [InlineData("", "1")]
    [InlineData("net", "1")]
    [InlineData("net.ipv4/../../kernel/core_pattern", "x")]
    [InlineData("net...kernel.core_pattern", "x")]
    [InlineData("net.x+kernel.core_pattern", "x")]
    [InlineData("net.x\0y", "x")]
    [InlineData("net.x", "1\n2")]
    [InlineData("net.x", "1\0")]
    [InlineData("net.x", "1+kernel.core_pattern=x")]
    public void Other_settings_are_refused(string name, string value)
        => Fails.With("SysctlInvalid", () => Sysctl(name, value, "network", "ipc", "uts"));
}
