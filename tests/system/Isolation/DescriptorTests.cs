using System.Text.Json.Nodes;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Isolation;

/// <summary>No descriptor of the caller's reaches the inside (CVE-2016-9962, CVE-2024-21626).</summary>
public class DescriptorTests
{
    // Every number up to 70, folders and files of the host, none close-on-exec.
    private const string OpenAll = "i=3; while [ $i -le 70 ]; do eval \"exec $i</etc\"; i=$((i+1)); done; exec \"$@\"";

    private static Outcome WithDescriptors(params IEnumerable<string> line) => Outcome.Of("bash", ["-c", OpenAll, "bash", Machine.Executable, .. line]);

    [SystemFact]
    public void Of_many_inherited_ones_none_comes_through_run()
    {
        using var bundle = Bundle.Shell("ls /proc/1/fd; true");
        Assert.Equal("0\n1\n2\n", WithDescriptors(bundle.Write().Line("run")).Output);
    }

    [SystemFact]
    public void None_comes_through_create_and_start()
    {
        using var bundle = new Bundle("sleep", "1000");
        Outcome.Leaving("bash", [.. (string[])["-c", OpenAll, "bash", Machine.Executable], .. bundle.Write().Line("create")]);
        Pscontainer.Run("start", bundle.Id);
        int pid = bundle.Pid;
        Pscontainer.Eventually(() => File.ReadAllText($"/proc/{pid}/cmdline").StartsWith("sleep", StringComparison.Ordinal), "the command runs");
        Assert.Equal(["0", "1", "2"], Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(Path.GetFileName).Order());
    }

    [SystemFact]
    public void T03_None_comes_through_exec_and_enter()
    {
        using Bundle bundle = new Bundle("sleep", "1000").Start();
        const string own = "ls -l /proc/$$/fd | grep -c /etc";
        Assert.Equal("0\n", WithDescriptors("exec", bundle.Id, "sh", "-c", own).Output);
        Assert.Equal("0\n", WithDescriptors("enter", "--target", bundle.Pid.ToString(), "sh", "-c", own).Output);
    }

    [SystemFact]
    public void An_idle_container_has_three()
    {
        using var idle = new EngineContainer(new ContainerSpec());
        Assert.Equal(["0", "1", "2"], Directory.GetFileSystemEntries($"/proc/{idle.Container.Pid}/fd").Select(Path.GetFileName).Order());
    }

    [SystemTheory]
    [InlineData("<&-")]
    [InlineData(">&-")]
    [InlineData("<&- >&- 2>&-")]
    public void Closed_streams_are_filled_with_nothing(string closed)
    {
        using var bundle = Bundle.Shell("for f in 0 1 2; do readlink /proc/self/fd/$f; done > /data/streams");
        string root = bundle.OwnRoot(writable: true);
        bundle.Linux["namespaces"]!.AsArray().Single(n => (string?)n!["type"] == "network")!["path"] = "/proc/self/ns/net";
        Outcome outcome = Outcome.Of("sh", [.. (string[])["-c", $"\"$@\" {closed}", "sh", Machine.Executable], .. bundle.Write().Line("run")]);
        Assert.Equal(0, outcome.Code);
        Assert.DoesNotContain("ns", File.ReadAllText(root + "/data/streams"));
    }

    [SystemFact]
    public void Namespaces_to_join_are_not_mistaken_for_the_descriptors_that_stay()
    {
        using Bundle first = new Bundle("sleep", "1000").Start(), second = new("sleep", "1000");
        foreach (JsonNode? space in second.Linux["namespaces"]!.AsArray())
            if ((string?)space!["type"] is "network" or "uts" or "ipc")
                space["path"] = $"/proc/{first.Pid}/ns/{((string)space["type"]! == "network" ? "net" : (string)space["type"]!)}";
        second.Config.Remove("hostname");
        second.Start();
        foreach (string type in (string[])["net", "uts", "ipc"])
            Assert.Equal(new FileInfo($"/proc/{first.Pid}/ns/{type}").LinkTarget, new FileInfo($"/proc/{second.Pid}/ns/{type}").LinkTarget);
    }

    [SystemFact]
    public void T03_No_working_directory_is_reached_through_a_descriptor()
    {
        using Bundle running = new Bundle("sleep", "1000").Start();
        for (int descriptor = 3; descriptor <= 64; descriptor += Machine.IsSlow ? 20 : descriptor < 10 ? 1 : 18)
        {
            foreach (string path in (string[])[$"/proc/self/fd/{descriptor}", $"/proc/self/fd/{descriptor}/../.."])
            {
                using var bundle = new Bundle("cat", "/etc/shadow");
                bundle.Process["cwd"] = path;
                Outcome run = WithDescriptors(["--reply", "1", .. bundle.Write().Line("run")]), exec = WithDescriptors("--reply", "1", "exec", "--cwd", path, running.Id, "cat", "/etc/shadow");
                Assert.NotEqual(0, run.Code);
                Assert.NotNull(run.FailureId);
                Assert.NotEqual(0, exec.Code);
                Assert.NotNull(exec.FailureId);
                bundle.AssertGone();
            }
        }
    }

    [SystemFact]
    public void A_working_directory_of_the_image_that_is_a_link_to_one_leads_nowhere()
    {
        using var bundle = new Bundle("pwd");
        string root = bundle.OwnRoot();
        File.CreateSymbolicLink(root + "/work", "/proc/self/fd/4");
        bundle.Process["cwd"] = "/work";
        Outcome outcome = WithDescriptors(["--reply", "1", .. bundle.Write().Line("run")]);
        Assert.NotEqual(0, outcome.Code);
        Assert.NotNull(outcome.FailureId);
        bundle.AssertGone();
    }

    [SystemFact]
    public void T30_The_callers_environment_stays_outside()
    {
        var environment = new Dictionary<string, string> { ["AWS_SECRET"] = "s3cret", ["LD_PRELOAD"] = "/absent.so", ["DOTNET_STARTUP_HOOKS"] = "/absent.dll" };
        using var bundle = new Bundle("env");
        bundle.Process["env"] = new JsonArray("PATH=/bin", "HOME", "AWS_SECRET", "AWS*", "=x", "");
        Outcome outcome = Outcome.Of(Machine.Executable, bundle.Write().Line("run"), null, environment);
        Assert.Equal(0, outcome.Code);
        Assert.DoesNotContain("s3cret", outcome.Output);
        Assert.DoesNotContain("absent", outcome.Output);
        using Bundle running = new Bundle("sleep", "1000").Start();
        Outcome exec = Outcome.Of(Machine.Executable, ["exec", "--env", "AWS_SECRET", "--env", "=x", "--env", "HOME", running.Id, "env"], null, environment);
        Assert.DoesNotContain("s3cret", exec.Output);
        Assert.DoesNotContain("/root", exec.Output);
    }
}
