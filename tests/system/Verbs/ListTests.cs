using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Verbs;

public class ListTests
{
    [SystemFact]
    public void Every_container_has_a_line()
    {
        using Bundle running = new("sleep", "1000"), created = new("sleep", "1000");
        running.Start();
        created.Create();
        string[] lines = Pscontainer.Run("list").Lines;
        Assert.Contains(lines, line => line.StartsWith(running.Id + " ", StringComparison.Ordinal) && line.Contains($" {running.Pid} ") && line.Contains(" running ") && line.EndsWith(running.Folder, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith(created.Id + " ", StringComparison.Ordinal) && line.Contains(" created "));
        Assert.Equal(new[] { running.Id, created.Id }.Order(StringComparer.Ordinal), Pscontainer.Run("list", "--quiet").Lines);
    }

    [SystemTheory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"id\":\"x\",\"bundle\":\"/\",\"pid\":99999999999,\"pidStartTime\":1}")]
    public void A_state_that_can_t_be_read_does_not_hide_the_others_and_is_deleted_by_force(string content)
    {
        using Bundle whole = new("sleep", "1000"), broken = new("sleep", "1000");
        whole.Create();
        broken.Create();
        int pid = broken.Pid;
        File.WriteAllText(Path.Combine(broken.RunFolder, "state.json"), content);
        Outcome list = Pscontainer.Run("list", "--quiet");
        Assert.Equal([whole.Id], list.Lines);
        Assert.NotEqual("", list.Error);
        Pscontainer.Fails("StateCorrupt", "state", broken.Id);
        Pscontainer.Fails("StateCorrupt", "delete", broken.Id);
        Assert.Equal(0, Pscontainer.Run("delete", "--force", broken.Id).Code);
        broken.AssertGone();
        Pscontainer.Eventually(() => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z "), "its process ends");
    }

    [SystemFact]
    public void A_plan_is_printed_and_changes_nothing()
    {
        using var bundle = new Bundle("sleep", "1000");
        Outcome plan = Pscontainer.Run(bundle.Write().Line("plan"));
        Assert.Equal(0, plan.Code);
        Assert.Contains(plan.Lines, line => line.Contains("clone3(CLONE_NEWPID|CLONE_NEWNS"));
        Assert.Contains(plan.Lines, line => line.Contains("pivot_root(\".\", \".\")"));
        Assert.All(plan.Lines, line => Assert.Contains("  # ", line));
        bundle.AssertGone();
    }

    [SystemFact]
    public void Version_and_help_say_what_they_should()
    {
        Assert.Contains("spec: 1.", Pscontainer.Run("--version").Output);
        Assert.Contains("Usage: pscontainer", Pscontainer.Run("help").Output);
        Assert.Equal(0, Pscontainer.Run().Code);
    }
}
