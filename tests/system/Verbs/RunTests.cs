using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Verbs;

public class RunTests
{
    [SystemFact("runc")]
    public void A_bundle_of_runc_spec_runs_unchanged_but_for_its_terminal()
    {
        using var bundle = new Bundle();
        Machine.MakeRoot(Path.Combine(bundle.Folder, "rootfs"));
        Assert.Equal(0, Outcome.Of("runc", "spec", "--bundle", bundle.Folder).Code);
        string path = Path.Combine(bundle.Folder, "config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"terminal\": true", "\"terminal\": false"));
        Outcome outcome = Outcome.Of(Machine.Executable, bundle.Line("run"), "hostname; id -u; exit 4\n");
        Assert.Equal((4, "runc\n0\n"), (outcome.Code, outcome.Output));
        bundle.AssertGone();
    }

    [SystemTheory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 1", 1)]
    [InlineData("exit 255", 255)]
    [InlineData("sh -c 'kill -KILL $$'; exit $?", 137)]
    public void The_exit_code_is_the_commands(string script, int code)
    {
        using var bundle = Bundle.Shell(script);
        Assert.Equal(code, bundle.Run().Code);
        bundle.AssertGone();
    }

    [SystemTheory]
    [InlineData("TERM", 143)]
    [InlineData("USR1", 138)]
    public void A_signal_to_run_reaches_the_container_and_its_end_is_told_by_128(string signal, int code)
    {
        using var bundle = Bundle.Shell($"trap 'trap - {signal}; exit {code}' {signal}; echo ready; while true; do sleep 0.05; done");
        bundle.Write();
        using var run = Outcome.Begin(Machine.Executable, bundle.Line("run"));
        Assert.Equal("ready", run.StandardOutput.ReadLine());
        Outcome.Of("kill", "-" + signal, run.Id.ToString());
        Assert.True(run.WaitForExit(Machine.Patience));
        Assert.Equal(code, run.ExitCode);
        bundle.AssertGone();
    }

    [SystemFact]
    public void A_container_that_is_killed_ends_run_with_137()
    {
        using var bundle = Bundle.Shell("echo ready; exec sleep 1000");
        bundle.Write();
        using var run = Outcome.Begin(Machine.Executable, bundle.Line("run"));
        Assert.Equal("ready", run.StandardOutput.ReadLine());
        Assert.Equal(0, Pscontainer.Run("kill", bundle.Id, "KILL").Code);
        Assert.True(run.WaitForExit(Machine.Patience));
        Assert.Equal(137, run.ExitCode);
        bundle.AssertGone();
    }

    [SystemTheory]
    [InlineData("/bin/absent", 127, "CommandNotFound")]
    [InlineData("absent", 127, "CommandNotFound")]
    [InlineData("/etc/passwd/x", 127, "CommandNotFound")]
    [InlineData("/etc/passwd", 126, "CommandNotExecutable")]
    [InlineData("/etc", 126, "CommandNotExecutable")]
    [InlineData("", 127, "CommandNotFound")]
    public void A_command_that_can_t_be_started_has_the_shells_code(string command, int code, string id)
    {
        using var bundle = new Bundle(command);
        Assert.Equal(code, bundle.Run().Code);
        Outcome outcome = bundle.RunFails(id);
        Assert.Equal(code, outcome.Code);
        if (command.Length > 0) Assert.Contains(command, outcome.Output);
        Assert.Contains(Machine.BusyboxRoot, outcome.Output);
    }

    [SystemTheory]
    [InlineData("echo no interpreter\n", 126, "CommandNotExecutable")]
    [InlineData("#!/bin/absent\n", 127, "CommandNotFound")]
    [InlineData("#!/bin/script\n", 127, "CommandNotFound")] // itself: ELOOP
    [InlineData("\u007fELF-of-nothing", 126, "CommandNotExecutable")]
    [InlineData("", 126, "CommandNotExecutable")]
    public void A_script_needs_an_interpreter_that_is_there(string content, int code, string id)
    {
        using var bundle = new Bundle("/bin/script");
        string script = Path.Combine(bundle.OwnRoot(), "bin/script");
        File.WriteAllText(script, content);
        File.SetUnixFileMode(script, (UnixFileMode)0x1ED);
        Assert.Equal(code, bundle.RunFails(id).Code);
    }

    [SystemFact]
    public void Streams_are_the_callers_own()
    {
        using var bundle = Bundle.Shell("cat; echo err >&2");
        bundle.Write();
        Outcome outcome = Outcome.Of(Machine.Executable, bundle.Line("run"), "some\0input\n");
        Assert.Equal((0, "some\0input\n", "err\n"), (outcome.Code, outcome.Output, outcome.Error));
    }

    [SystemFact]
    public void Detached_it_runs_on_and_is_deleted_by_force()
    {
        using var bundle = new Bundle("sleep", "1000");
        Assert.Equal(0, bundle.Run("--detach").Code);
        Assert.Equal("running", bundle.Status);
        Pscontainer.Fails("ContainerRunning", "delete", bundle.Id);
        Assert.Equal(0, Pscontainer.Run("delete", "--force", bundle.Id).Code);
        bundle.AssertGone();
    }

    [SystemFact]
    public void The_pid_file_holds_the_hosts_number()
    {
        using var bundle = new Bundle("sleep", "1000");
        string file = Path.Combine(bundle.Folder, "pid");
        bundle.Run("--detach", "--pid-file", file);
        Assert.Equal(bundle.Pid.ToString(), File.ReadAllText(file));
    }

    [SystemTheory]
    [InlineData("run")]
    [InlineData("create")]
    public void A_pid_file_that_can_t_be_written_is_an_error_that_leaves_nothing(string verb)
    {
        using var bundle = new Bundle("sleep", "1000");
        Outcome outcome = Pscontainer.Run(bundle.Write().Line(verb, "--pid-file", Path.Combine(bundle.Folder, "absent/pid")));
        Assert.NotEqual(0, outcome.Code);
        bundle.AssertGone();
    }
}
