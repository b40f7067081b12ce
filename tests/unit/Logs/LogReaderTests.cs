using PSContainer.Engine.Logs;

namespace PSContainer.Tests.Unit.Logs;

public sealed class LogReaderTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly List<string> _warnings = [];

    public void Dispose() => File.Delete(_path);

    private static string Entry(string text, char kind = 'F', string stream = "stdout") => $"2026-11-22T07:00:00.1234567+00:00 {stream} {kind} {text}\n";

    private string[] Read(int? tail = null, Func<bool>? follow = null)
        => [.. new LogReader("os1", _path, _warnings.Add).Read(tail, follow, CancellationToken.None).Select(line => line.Text)];

    [Theory]
    [InlineData("\0\0\0\0\0\0\0\n", 8)]
    [InlineData("2026-11-22T07:00\n", 17)]
    [InlineData("2026-11-22T07:00:00.1234567+00:00 stdout X what\n", 48)]
    [InlineData("\0\0\0\0", 4)]
    public void What_is_damaged_is_told_and_the_lines_around_it_come(string damage, int bytes)
    {
        File.WriteAllText(_path, Entry("one") + damage + Entry("two"));
        Assert.Equal(["one", "two"], Read());
        string warning = Assert.Single(_warnings);
        Assert.Contains($" {bytes} bytes", warning);
        Assert.Contains("behind the line of 2026-11-22T07:00:00.1234567+00:00", warning);
    }

    [Fact]
    public void A_torn_end_is_told()
    {
        File.WriteAllText(_path, Entry("one") + "2026-1\n");
        Assert.Equal(["one"], Read());
        Assert.Single(_warnings);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "three")]
    [InlineData(2, "a longer line,three")]
    [InlineData(3, "two,a longer line,three")]
    [InlineData(4, "one,two,a longer line,three")]
    [InlineData(9, "one,two,a longer line,three")]
    public void The_last_lines_are_lines_not_parts_or_damage(int tail, string expected)
    {
        File.WriteAllText(_path, Entry("one") + "\0\0\0\n" + Entry("two") + Entry("a ", 'P') + Entry("longer ", 'P') + Entry("line") + "torn\n" + "\0\0" + Entry("three"));
        Assert.Equal(expected, string.Join(',', Read(tail)));
    }

    [Fact]
    public void A_log_that_is_cut_off_goes_on_from_its_new_beginning()
    {
        File.WriteAllText(_path, Entry("before") + Entry("also before"));
        int looks = 0;
        bool Follow()
        {
            if (looks++ == 0) File.WriteAllText(_path, "");
            if (looks == 2) File.AppendAllText(_path, Entry("after"));
            return looks < 4;
        }
        Assert.Equal(["before", "also before", "after"], Read(null, Follow));
    }
}
