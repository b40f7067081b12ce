using PSContainer.Engine.Plan;
using PSContainer.Engine.Text;

namespace PSContainer.Tests.Unit.Plan;

public class PlanTextTests
{
    [Fact]
    public void There_is_a_numbered_line_a_step_with_its_reason()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec());
        string[] lines = [.. PlanText.Lines(plan)];
        Assert.Equal(plan.Prepare.Count + 1 + plan.Child.Count, lines.Length);
        Assert.Equal("   1 host  clone3(CLONE_NEWPID|CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWNET)  # the container's first process, with namespaces of its own", lines[0]);
        Assert.All(lines, (line, i) => Assert.StartsWith($"{i + 1,4} {(i == 0 ? "host " : "child")} ", line));
    }

    [Fact]
    public void Conditions_and_tolerated_errors_are_told()
    {
        string[] lines = [.. PlanText.Lines(SamplePlan.Build(SamplePlan.Spec()))];
        Assert.Contains(lines, line => line.Contains("is there such a folder? [ENOENT, ENOTDIR: fine]"));
        Assert.Contains(lines, line => line.Contains("or such a file? [unless </proc/keys>]"));
        Assert.Contains(lines, line => line.Contains("[if </proc/keys>]"));
    }

    [Theory]
    [InlineData("plain ü", "plain ü")]
    [InlineData("a\nb", "a\\x0ab")]
    [InlineData("\u001b[31m", "\\x1b[31m")]
    [InlineData("a\u202Eb", "a\\x202eb")]
    [InlineData("\0", "\\x00")]
    [InlineData("\u2066x", "\\x2066x")]
    [InlineData("", "")]
    public void Nothing_that_a_terminal_obeys_is_printed(string text, string shown)
    {
        Assert.Equal(shown, Printable.Of(text));
        Assert.Equal($"\"{shown}\"", new Argument.Text(text).ToString());
        Assert.Equal($"[\"{shown}\"]", new Argument.Vector([text]).ToString());
    }

    [Fact]
    public void No_line_holds_a_control_character_whatever_the_specification_holds()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec("/bin/\u001b]0;x", "a\nb").Mounting("/da\nta", "tmpfs", "\u001b") with { Hostname = "h\n" });
        Assert.All(PlanText.Lines(plan), line => Assert.DoesNotContain(line, char.IsControl));
    }
}
