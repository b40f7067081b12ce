using System.Text.Json;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Verbs;

/// <summary>create, start, state, kill, delete: runtime.md's states and what is wrong in each.</summary>
public class LifeCycleTests
{
    [SystemFact]
    public void A_container_goes_through_its_states()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Create();
        Assert.Equal("created", bundle.Status);
        Assert.Equal(0, Pscontainer.Run("start", bundle.Id).Code);
        Assert.Equal("running", bundle.Status);
        Assert.Equal(0, Pscontainer.Run("kill", bundle.Id, "KILL").Code);
        Pscontainer.Eventually(() => bundle.Status == "stopped", "stopped");
        Assert.False(bundle.State().TryGetProperty("pid", out _));
        Assert.Equal(0, Pscontainer.Run("delete", bundle.Id).Code);
        bundle.AssertGone();
        Pscontainer.Fails("ContainerNotFound", "state", bundle.Id);
    }

    [SystemFact]
    public void The_state_is_ocis()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Config["annotations"] = new global::System.Text.Json.Nodes.JsonObject { ["org.example"] = "a \"b\"\n" };
        JsonElement state = bundle.Create().State();
        Assert.Equal(bundle.Id, state.GetProperty("id").GetString());
        Assert.Equal(bundle.Folder, state.GetProperty("bundle").GetString());
        Assert.StartsWith("1.", state.GetProperty("ociVersion").GetString());
        Assert.Equal("a \"b\"\n", state.GetProperty("annotations").GetProperty("org.example").GetString());
        Assert.True(Directory.Exists($"/proc/{state.GetProperty("pid").GetInt32()}"));
        Assert.Equal(["annotations", "bundle", "id", "ociVersion", "pid", "status"], state.EnumerateObject().Select(p => p.Name).Order());
    }

    [SystemFact]
    public void The_command_waits_for_start_and_its_own_config_is_not_read_again()
    {
        using var bundle = Bundle.Shell("touch /data/first; sleep 1000");
        string root = bundle.OwnRoot(writable: true);
        bundle.Create();
        bundle.Arguments("/bin/touch", "/data/second").Write();
        Thread.Sleep(50);
        Assert.Empty(Directory.GetFiles(root + "/data"));
        Pscontainer.Run("start", bundle.Id);
        Pscontainer.Eventually(() => File.Exists(root + "/data/first"), "the command of the time of create");
        Assert.False(File.Exists(root + "/data/second"));
    }

    [SystemFact]
    public void Start_works_once()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Start();
        Pscontainer.Fails("ContainerNotCreated", "start", bundle.Id);
        Pscontainer.Run("kill", bundle.Id, "KILL");
        Pscontainer.Eventually(() => bundle.Status == "stopped", "stopped");
        Pscontainer.Fails("ContainerNotCreated", "start", bundle.Id);
        Pscontainer.Fails("ContainerNotRunning", "kill", bundle.Id, "KILL");
        Pscontainer.Fails("ContainerNotRunning", "exec", bundle.Id, "true");
    }

    [SystemFact]
    public void Of_many_starts_at_once_one_starts()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Create();
        Outcome[] outcomes = AtOnce.Do(10, _ => Pscontainer.Run("start", bundle.Id));
        Assert.Single(outcomes, outcome => outcome.Code == 0);
        Assert.Equal("running", bundle.Status);
    }

    [SystemFact]
    public void A_created_container_is_deleted_as_it_is()
    {
        using var bundle = new Bundle("sleep", "1000");
        int pid = bundle.Create().Pid;
        Assert.Equal(0, Pscontainer.Run("delete", bundle.Id).Code);
        bundle.AssertGone();
        Assert.False(Directory.Exists($"/proc/{pid}/ns") && File.ReadAllText($"/proc/{pid}/stat").Contains(") S "));
    }

    [SystemTheory]
    [InlineData("TERM")]
    [InlineData("SIGTERM")]
    [InlineData("sigterm")]
    [InlineData("15")]
    [InlineData(null)]
    public void Kill_takes_a_signal_by_any_name(string? signal)
    {
        using var bundle = Bundle.Shell("trap 'exit 0' TERM; touch /data/ready; while true; do sleep 0.05; done");
        string root = bundle.OwnRoot(writable: true);
        bundle.Start();
        Pscontainer.Eventually(() => File.Exists(root + "/data/ready"), "the trap");
        Assert.Equal(0, Pscontainer.Run(["kill", bundle.Id, .. signal is null ? Array.Empty<string>() : [signal]]).Code);
        Pscontainer.Eventually(() => bundle.Status == "stopped", "stopped");
    }

    [SystemFact]
    public void Kill_refuses_what_is_no_signal()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Start();
        foreach (string signal in (string[])["0", "65", "SIGNO", "-1", ""]) Pscontainer.Fails("SignalUnknown", "kill", bundle.Id, "--", signal);
    }

    [SystemFact]
    public void Kill_all_reaches_everything_in_it()
    {
        using var bundle = Bundle.Shell("sleep 1000 & sleep 1000 & wait");
        bundle.Start();
        Pscontainer.Eventually(() => bundle.Cgroup.ProcessIds().Count == 3, "three processes");
        Assert.Equal(0, Pscontainer.Run("kill", "--all", bundle.Id, "KILL").Code);
        Pscontainer.Eventually(() => bundle.Cgroup.ProcessIds().Count == 0, "none");
    }

    [SystemFact]
    public void What_is_not_there_is_not_found_and_delete_by_force_is_content()
    {
        string id = Machine.NewId();
        foreach (string verb in (string[])["state", "start", "kill", "delete"]) Pscontainer.Fails("ContainerNotFound", verb, id);
        Pscontainer.Fails("ContainerNotFound", "exec", id, "true");
        Assert.Equal(0, Pscontainer.Run("delete", "--force", id).Code);
    }

    [SystemFact]
    public void An_id_is_free_again_after_delete_and_not_before()
    {
        using var bundle = new Bundle("true");
        bundle.Create();
        Pscontainer.Fails("ContainerExists", bundle.Line("create"));
        Pscontainer.Fails("ContainerExists", bundle.Line("run"));
        Assert.Equal("created", bundle.Status);
        Assert.Equal(0, Pscontainer.Run("delete", bundle.Id).Code);
        Assert.Equal(0, bundle.Run().Code);
    }

    [SystemFact]
    public void Of_twenty_creates_of_one_id_one_wins()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Write();
        Outcome[] outcomes = AtOnce.Do(20, _ => Pscontainer.Run(["--reply", "1", .. bundle.Line("create")]));
        Assert.Single(outcomes, outcome => outcome.Code == 0);
        Assert.All(outcomes.Where(outcome => outcome.Code != 0), outcome => Assert.Equal("ContainerExists", outcome.FailureId));
        Assert.Equal("created", bundle.Status);
        Assert.Single(bundle.Cgroup.ProcessIds());
    }
}
