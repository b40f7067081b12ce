using System.Text.Json.Nodes;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Seccomp;

/// <summary>linux.seccomp of anybody's bundle: the kernel denies what the profile denies, to every process that comes into the container.</summary>
public class SeccompTests
{
    internal const string Mkdir = "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":28}]}";

    internal static Bundle With(string profile, string script, bool noNewPrivileges = true)
    {
        Bundle bundle = Bundle.Shell(script);
        bundle.Linux["seccomp"] = JsonNode.Parse(profile);
        bundle.Process["noNewPrivileges"] = noNewPrivileges;
        return bundle;
    }

    [SystemTheory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 1000)]
    [InlineData(false, 1000)]
    public void A_denied_call_has_the_error_of_the_profile(bool noNewPrivileges, int user)
    {
        using Bundle bundle = With(Mkdir, "grep -E '^(Seccomp|NoNewPrivs)' /proc/self/status; mkdir /dev/shm/x; echo $?; id -u", noNewPrivileges);
        bundle.Process["user"] = new JsonObject { ["uid"] = user, ["gid"] = user };
        Outcome outcome = bundle.Run();
        Assert.Contains("No space left on device", outcome.Error);
        Assert.Equal(["1", user.ToString()], outcome.Lines[^2..]);
        Assert.Contains("Seccomp:\t2", outcome.Lines);
        Assert.Contains("NoNewPrivs:\t" + (noNewPrivileges ? 1 : 0), outcome.Lines);
    }

    [SystemTheory]
    [InlineData("SCMP_ACT_KILL_PROCESS", 128 + 31)]
    [InlineData("SCMP_ACT_KILL", 128 + 31)]
    [InlineData("SCMP_ACT_TRAP", 128 + 31)]
    [InlineData("SCMP_ACT_LOG", 0)]
    [InlineData("SCMP_ACT_ALLOW", 0)]
    [InlineData("SCMP_ACT_TRACE", 1)]
    public void Every_action_acts(string action, int code)
    {
        using Bundle bundle = With($"{{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{{\"names\":[\"mkdir\",\"mkdirat\"],\"action\":\"{action}\"}}]}}", "exec mkdir /dev/shm/x");
        Assert.Equal(code, bundle.Run().Code);
    }

    [SystemFact]
    public void Who_enters_by_exec_or_by_namespaces_has_the_containers_filter_even_when_the_file_has_changed()
    {
        using Bundle bundle = With(Mkdir, "sleep 1000").Start();
        const string script = "grep Seccomp: /proc/self/status; mkdir /dev/shm/x; echo $?";
        bundle.Linux.Remove("seccomp");
        bundle.Write();
        Assert.Equal(["Seccomp:\t2", "1"], bundle.ExecShell(script).Lines);
        Assert.Equal(["Seccomp:\t2", "1"], Pscontainer.Run("enter", "--target", bundle.Pid.ToString(), "--", "/bin/sh", "-c", script).Lines);
        // A program of the host's that looks at the container's network stays the host's.
        Assert.Equal("0", Pscontainer.Run("enter", "--target", bundle.Pid.ToString(), "--type", "net,uts", "--", "/bin/sh", "-c", "grep -c Seccomp:.2 /proc/self/status").Lines[^1]);
        File.Delete(Path.Combine(bundle.RunFolder, "filter"));
        Pscontainer.Fails("StateCorrupt", "exec", bundle.Id, "true");
    }

    [SystemFact]
    public void The_second_start_of_a_profile_compiles_nothing()
    {
        for (int i = 0; i < 3; i++)
        {
            using Bundle bundle = With(Mkdir.Replace("28", "27"), "mkdir /dev/shm/x");
            Assert.Equal(1, bundle.Run().Code);
            bundle.AssertGone();
        }
        Assert.Single(Directory.GetFiles(Machine.Root.Run, "*.filter"), file => File.ReadAllText(file).Contains("\"errnoRet\":27", StringComparison.Ordinal));
    }

    [SystemTheory]
    [InlineData("{}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_NONE\"}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ERRNO\"},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\"}]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}")]
    public void A_profile_that_is_none_is_refused_and_leaves_nothing(string profile)
    {
        using Bundle bundle = With(profile, "true");
        bundle.RunFails("SeccompInvalid");
        bundle.CreateFails("SeccompInvalid");
    }

    [SystemFact]
    public void A_filter_that_allows_execve_and_the_end_lets_a_program_start()
    {
        // What the house itself does is not the profile's business: it is loaded last.
        using Bundle bundle = With("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"execve\",\"exit\",\"exit_group\",\"arch_prctl\",\"brk\",\"mmap\",\"set_tid_address\",\"getuid\",\"prctl\",\"readlink\",\"mprotect\",\"set_robust_list\",\"rseq\",\"prlimit64\",\"getrandom\"],\"action\":\"SCMP_ACT_ALLOW\"}]}", "");
        bundle.Arguments("true");
        Assert.Equal(0, bundle.Run().Code);
    }
}
