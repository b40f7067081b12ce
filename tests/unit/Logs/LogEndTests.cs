using System.Text;
using Microsoft.Win32.SafeHandles;
using PSContainer.Engine.Logs;

namespace PSContainer.Tests.Unit.Logs;

public sealed class LogEndTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    private static string Entry(string text, char kind = 'F', string stream = "stdout") => $"2026-11-22T07:00:00.1234567+00:00 {stream} {kind} {text}\n";

    private string Mending(string log)
    {
        File.WriteAllText(_path, log);
        using SafeFileHandle file = File.OpenHandle(_path);
        return Encoding.UTF8.GetString(LogEnd.Mending(file, new DateTimeOffset(2026, 11, 22, 7, 0, 0, TimeSpan.Zero).AddTicks(1234567)));
    }

    [Fact]
    public void What_ended_well_needs_nothing()
    {
        Assert.Equal("", Mending(""));
        Assert.Equal("", Mending(Entry("a ", 'P') + Entry("b") + Entry("e", stream: "stderr")));
    }

    [Fact]
    public void What_was_begun_in_a_run_ends_with_it()
    {
        Assert.Equal(Entry(""), Mending(Entry("one") + Entry("Name? ", 'P') + Entry("e", stream: "stderr")));
        Assert.Equal(Entry("", stream: "stderr") + Entry(""), Mending(Entry("Name? ", 'P') + Entry("e", 'P', "stderr")));
        Assert.Equal("\n" + Entry(""), Mending(Entry("Name? ", 'P') + "2026-11-22T07:0"));
        Assert.Equal("\n", Mending("2026-11-22T07:0"));
    }

    [Fact]
    public void The_next_runs_lines_are_its_own()
    {
        string log = Entry("one") + Entry("Name? ", 'P') + "2026-11-2";
        File.WriteAllText(_path, log + Mending(log) + Entry("again"));
        var warnings = new List<string>();
        Assert.Equal(["one", "Name? ", "again"], new LogReader("os1", _path, warnings.Add).Read(null, null, CancellationToken.None).Select(line => line.Text));
        Assert.Single(warnings);
    }
}
