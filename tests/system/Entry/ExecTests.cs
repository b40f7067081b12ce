using System.Text.Json.Nodes;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Entry;

public class ExecTests
{
    private static Bundle Sleeper() => new Bundle("sleep", "1000").Start();

    [SystemTheory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 42", 42)]
    [InlineData("kill -KILL $$", 137)]
    [InlineData("kill -SEGV $$", 139)]
    public void The_exit_code_is_the_commands(string script, int code)
    {
        using Bundle bundle = Sleeper();
        Assert.Equal(code, bundle.ExecShell(script).Code);
    }

    [SystemTheory]
    [InlineData("absent", 127, "CommandNotFound")]
    [InlineData("/bin/absent", 127, "CommandNotFound")]
    [InlineData("/etc/passwd", 126, "CommandNotExecutable")]
    [InlineData("/etc", 126, "CommandNotExecutable")]
    public void A_command_that_can_t_be_started_has_the_shells_code(string command, int code, string id)
    {
        using Bundle bundle = Sleeper();
        Assert.Equal(code, Pscontainer.Fails(id, "exec", bundle.Id, command).Code);
    }

    [SystemFact]
    public void It_is_in_every_namespace_of_the_container_and_in_its_cgroup()
    {
        using Bundle bundle = Sleeper();
        Outcome outcome = bundle.ExecShell("for n in mnt pid net uts ipc; do readlink /proc/self/ns/$n; readlink /proc/1/ns/$n; done; sleep 0.3");
        Assert.Equal(10, outcome.Lines.Length);
        for (int i = 0; i < 10; i += 2) Assert.Equal(outcome.Lines[i + 1], outcome.Lines[i]);

        bundle.Write();
        using var running = Outcome.Begin(Machine.Executable, ["exec", bundle.Id, "sleep", "1000"]);
        Pscontainer.Eventually(() => bundle.Cgroup.ProcessIds().Count == 2, "two processes in the cgroup");
        Pscontainer.Run("kill", bundle.Id, "KILL");
        Assert.True(running.WaitForExit(Machine.Patience));
        Assert.Equal(137, running.ExitCode);
    }

    [SystemFact]
    public void Environment_working_directory_and_input_are_given()
    {
        using Bundle bundle = Sleeper();
        Outcome outcome = bundle.Exec("--env", "A=1 2", "--env=B=x=y", "--cwd", "/tmp", "--", "sh", "-c", "echo \"$A|$B\"; pwd; cat; echo err >&2");
        Assert.Equal((0, "1 2|x=y\n/tmp\n", "err\n"), (outcome.Code, outcome.Output, outcome.Error));
        Assert.Equal("input\n", Outcome.Of(Machine.Executable, ["exec", bundle.Id, "cat"], "input\n").Output);
    }

    [SystemFact]
    public void A_variable_given_replaces_the_configured_one()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Process["env"]!.AsArray().Add("A=configured");
        bundle.Start();
        string[] environment = bundle.Exec("--env", "A=given", "--", "env").Lines;
        Assert.Contains("A=given", environment);
        Assert.DoesNotContain("A=configured", environment);
    }

    [SystemTheory]
    [InlineData("1", "1:1:1")]
    [InlineData("1:2", "1:2:2")]
    [InlineData("1234", "1234:0:0")]
    [InlineData("ann", "1000:1000:1000 50")]
    [InlineData("ann:staff", "1000:50:50")]
    [InlineData("1000", "1000:1000:1000 50")]
    [InlineData("2147483647:2147483647", "2147483647:2147483647:2147483647")]
    public void A_user_is_who_was_named(string user, string ids)
    {
        using Bundle bundle = Sleeper();
        Outcome outcome = bundle.Exec("--user", user, "--", "sh", "-c", "echo $(id -u):$(id -g):$(id -G)");
        Assert.Equal(ids + "\n", outcome.Output);
    }

    [SystemTheory]
    [InlineData("2147483648", "UserInvalid")]
    [InlineData("4294967296", "UserInvalid")]
    [InlineData("99999999999999999999", "UserInvalid")]
    [InlineData("-1", "UserNotFound")]
    [InlineData("0x0", "UserNotFound")]
    [InlineData("+1", "UserNotFound")]
    [InlineData("1:2:3", "UserInvalid")]
    [InlineData("", "UserInvalid")]
    [InlineData(":", "UserInvalid")]
    [InlineData("nobody-there", "UserNotFound")]
    [InlineData("0:nobody-there", "UserNotFound")]
    [InlineData("0:-1", "UserNotFound")]
    public void A_user_that_is_none_is_refused(string user, string id)
    {
        using Bundle bundle = Sleeper();
        Pscontainer.Fails(id, "exec", "--user=" + user, bundle.Id, "id");
    }

    [SystemFact]
    public void A_process_file_says_everything()
    {
        using Bundle bundle = Sleeper();
        string file = Path.Combine(bundle.Folder, "process.json");
        var process = (JsonObject)bundle.Process.DeepClone();
        process["args"] = new JsonArray("sh", "-c", "pwd; id -u; exit 6");
        process["cwd"] = "/etc";
        process["user"] = new JsonObject { ["uid"] = 7, ["gid"] = 7 };
        process["capabilities"] = null;
        File.WriteAllText(file, process.ToJsonString());
        Outcome outcome = Pscontainer.Run("exec", "--process", file, bundle.Id);
        Assert.Equal((6, "/etc\n7\n"), (outcome.Code, outcome.Output));
    }

    [SystemTheory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"args\":[]}")]
    [InlineData("{\"args\":7}")]
    [InlineData("{\"args\":[\"sh\"],\"cwd\":\"x\"}")]
    [InlineData("{\"args\":[\"a\\u0000\"]}")]
    public void A_process_file_that_is_none_is_refused(string content)
    {
        using Bundle bundle = Sleeper();
        string file = Path.Combine(bundle.Folder, "process.json");
        File.WriteAllText(file, content);
        Pscontainer.Fails("ConfigInvalid", "exec", "--process", file, bundle.Id);
    }

    [SystemFact]
    public void Only_a_running_container_takes_commands()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Create();
        Pscontainer.Fails("ContainerNotRunning", "exec", bundle.Id, "true");
        Pscontainer.Run("start", bundle.Id);
        bundle.Cgroup.Freeze();
        Pscontainer.Fails("ContainerNotRunning", "exec", bundle.Id, "true");
        Assert.Equal("paused", bundle.Status);
        bundle.Cgroup.Thaw();
        Assert.Equal(0, bundle.ExecShell("true").Code);
        Pscontainer.Fails("ArgumentMissing", "exec", bundle.Id);
    }

    [SystemFact]
    public void A_frozen_container_is_deleted_by_force()
    {
        using Bundle bundle = Sleeper();
        bundle.Cgroup.Freeze();
        Assert.Equal(0, Pscontainer.Run("delete", "--force", bundle.Id).Code);
        bundle.AssertGone();
    }

    [SystemFact]
    public void When_exec_is_killed_so_is_its_command()
    {
        using Bundle bundle = Sleeper();
        using var exec = Outcome.Begin(Machine.Executable, ["exec", bundle.Id, "sleep", "2000"]);
        Pscontainer.Eventually(() => bundle.Cgroup.ProcessIds().Count == 2, "the command runs");
        exec.Kill();
        Pscontainer.Eventually(() => bundle.Cgroup.ProcessIds().Count == 1, "the command ends");
        Assert.Equal("running", bundle.Status);
    }
}
