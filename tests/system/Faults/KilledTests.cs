using System.Text.RegularExpressions;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Faults;

/// <summary>SIGKILL at the Nth call of a kind: what is left is what delete --force clears.</summary>
public class KilledTests
{
    [SystemTheory("strace")]
    [InlineData("run")]
    [InlineData("create")]
    public void Killed_anywhere_nothing_is_left_that_delete_by_force_does_not_clear(string verb)
    {
        foreach (string call in (string[])["mkdirat", "openat", "openat2", "clone3", "write", "move_mount", "fsconfig", "pivot_root", "execve", "rename"])
        {
            foreach (int nth in Machine.IsSlow ? (int[])[2] : [1, 2, 5])
            {
                // The first execve is strace's own.
                if (call == "execve" && nth == 1) continue;
                using var bundle = new Bundle("true");
                bundle.Write();
                using var traced = Outcome.Begin("strace", ["-f", "-qq", "-o", "/dev/null", "-e", $"inject={call}:signal=KILL:when={nth}", Machine.Executable, .. bundle.Line(verb)]);
                // With fewer calls than that, create succeeds, and strace stays with the child that waits for its start.
                Pscontainer.Eventually(() => traced.HasExited || Pscontainer.Run("state", bundle.Id).Output.Contains("\"created\"", StringComparison.Ordinal), "the end of " + verb);
                Outcome delete = Pscontainer.Run("delete", "--force", bundle.Id);
                Assert.True(delete.Code == 0, $"{verb} killed at {call} {nth}: {delete}");
                Assert.True(traced.WaitForExit(Machine.Patience));
                bundle.AssertGone();
                Pscontainer.Eventually(() => !Processes(bundle.Folder).Any(), $"no process after {verb} was killed at {call} {nth}");
            }
        }
    }

    [SystemTheory("strace")]
    [InlineData("fsopen", "ENOMEM")]
    [InlineData("fsconfig", "ENOMEM")]
    [InlineData("fsmount", "ENOMEM")]
    [InlineData("move_mount", "ENOMEM")]
    [InlineData("open_tree", "ENOMEM")]
    [InlineData("mount_setattr", "ENOMEM")]
    [InlineData("openat2", "EMFILE")]
    [InlineData("mkdirat", "ENOSPC")]
    [InlineData("mknodat", "EPERM")]
    [InlineData("pivot_root", "EINVAL")]
    [InlineData("umount2", "EPERM")]
    [InlineData("sethostname", "EPERM")]
    [InlineData("keyctl", "EDQUOT")]
    [InlineData("close_range", "EINVAL")]
    [InlineData("fchdir", "EACCES")]
    [InlineData("capset", "EPERM")]
    [InlineData("setgroups", "EPERM")]
    [InlineData("setresgid", "EPERM")]
    [InlineData("setresuid", "EAGAIN")]
    [InlineData("prctl", "EPERM")]
    [InlineData("setsid", "EPERM")]
    public void A_call_that_fails_stops_the_start_with_an_error_and_leaves_nothing(string call, string errno)
    {
        string trace = Path.Combine(Machine.Folder, "trace");
        foreach (int nth in Machine.IsSlow ? (int[])[1] : [1, 2, 7])
        {
            using var bundle = new Bundle("echo", "started");
            Outcome outcome = Outcome.Of("strace", ["-f", "-qq", "-o", trace, "-e", "trace=" + call, "-e", $"inject={call}:error={errno}:when={nth}", Machine.Executable, "--reply", "1", .. bundle.Write().Line("run")]);
            // Fewer calls than that, or one whose failure is foreseen (a folder that is there already): then it simply runs.
            if (!File.ReadAllText(trace).Contains("INJECTED", StringComparison.Ordinal)) continue;
            Assert.True(outcome.Code != 0 && outcome.FailureId is not null, $"{call} {nth} {errno}: {outcome}");
            Assert.DoesNotContain("started", outcome.Output);
            bundle.AssertGone();
        }
    }

    [SystemTheory("strace")]
    [InlineData("ENOMEM")]
    [InlineData("EAGAIN")]
    [InlineData("EPERM")]
    [InlineData("ENOSPC")]
    public void A_clone_that_fails_is_an_error_that_leaves_nothing(string errno)
    {
        string trace = Path.Combine(Machine.Folder, "trace");
        using var bundle = new Bundle("true");
        // The runtime's own threads are clones as well; the container is the last.
        Outcome.Of("strace", ["-f", "-qq", "-o", trace, "-e", "trace=clone3", Machine.Executable, .. bundle.Write().Line("run")]);
        int last = File.ReadLines(trace).Count(line => line.Contains("clone3(", StringComparison.Ordinal));
        Outcome outcome = Outcome.Of("strace", ["-f", "-qq", "-o", trace, "-e", $"inject=clone3:error={errno}:when={last}", Machine.Executable, "--reply", "1", .. bundle.Line("run")]);
        Assert.NotNull(outcome.FailureId);
        bundle.AssertGone();
    }

    [SystemFact("strace")]
    public void A_child_that_is_killed_half_way_is_an_error_and_no_exit_code()
    {
        foreach (string verb in (string[])["run", "create"])
        {
            using var bundle = new Bundle("true");
            Outcome outcome = Outcome.Leaving("strace", ["-f", "-qq", "-o", "/dev/null", "-e", "inject=pivot_root:signal=KILL", Machine.Executable, "--reply", "1", .. bundle.Write().Line(verb)]);
            Assert.Equal("StartKilled", outcome.FailureId);
            bundle.AssertGone();
        }
    }

    private static IEnumerable<string> Processes(string folder)
        => Directory.EnumerateDirectories("/proc").Where(process => char.IsAsciiDigit(process[^1]) && Mentions(process, folder));

    private static bool Mentions(string process, string folder)
    {
        try
        {
            return Regex.IsMatch(File.ReadAllText(process + "/cmdline"), Regex.Escape(folder) + "\\b");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
