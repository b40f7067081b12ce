using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Terminal;

/// <summary>process.terminal: a terminal of the container's own, shown on the caller's.</summary>
public class TerminalTests
{
    private static Outcome Script(string command) => Outcome.Of("script", ["-qec", command, "/dev/null"], "", new Dictionary<string, string> { ["TERM"] = "dumb" });

    private static string Quoted(IEnumerable<string> words) => string.Join(' ', words.Select(word => "'" + word.Replace("'", "'\\''") + "'"));

    [SystemFact("script")]
    public void The_container_has_a_terminal_of_its_own()
    {
        using var bundle = Bundle.Shell("tty; test -t 0 && test -t 1 && test -t 2 && echo all; ps -o pid,tty | tail -1 >/dev/null; exit 7");
        bundle.Process["terminal"] = true;
        Outcome outcome = Script(Quoted([Machine.Executable, .. bundle.Write().Line("run")]));
        Assert.Equal(7, outcome.Code);
        Assert.Contains("/dev/pts/0", outcome.Output);
        Assert.Contains("all", outcome.Output);
        bundle.AssertGone();
    }

    [SystemFact("script")]
    public void The_bundle_of_runc_spec_runs_with_its_terminal()
    {
        using var bundle = new Bundle("sh", "-c", "hostname");
        bundle.Process["terminal"] = true;
        Outcome outcome = Script(Quoted([Machine.Executable, .. bundle.Write().Line("run")]));
        Assert.Equal(0, outcome.Code);
        // Before it, the terminal shows the end of its own input.
        Assert.EndsWith("runc", outcome.Output.Trim());
    }

    [SystemFact("script")]
    public void Its_size_is_the_callers()
    {
        using var bundle = Bundle.Shell("stty size");
        bundle.Process["terminal"] = true;
        Outcome outcome = Script("stty rows 33 cols 111; " + Quoted([Machine.Executable, .. bundle.Write().Line("run")]));
        Assert.Contains("33 111", outcome.Output);
    }

    [SystemFact("script")]
    public void The_callers_terminal_is_put_back()
    {
        using var bundle = new Bundle("true");
        bundle.Process["terminal"] = true;
        Outcome outcome = Script("stty -a > before; " + Quoted([Machine.Executable, .. bundle.Write().Line("run")]) + "; stty -a > after; cmp before after && echo same");
        Assert.Contains("same", outcome.Output);
    }

    [SystemFact("script")]
    public void Exec_gives_one_too()
    {
        using Bundle bundle = new Bundle("sleep", "1000").Start();
        Outcome outcome = Script(Quoted([Machine.Executable, "exec", "--tty", bundle.Id, "sh", "-c", "tty; exit 8"]));
        Assert.Equal(8, outcome.Code);
        Assert.Contains("/dev/pts/", outcome.Output);
    }

    [SystemFact]
    public void Without_one_on_the_callers_side_it_works_as_well()
    {
        using var bundle = Bundle.Shell("tty; exit 6");
        bundle.Process["terminal"] = true;
        Outcome outcome = bundle.Run();
        Assert.Equal((6, "/dev/pts/0"), (outcome.Code, outcome.Output.Trim()));
    }
}
