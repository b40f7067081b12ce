using PSContainer.Engine.Logs;

namespace PSContainer.Tests.Unit.Logs;

public sealed class LogReaderTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly List<string> _warnings = [];

    public void Dispose() => File.Delete(_path);

    private static string Entry(string text, char kind = 'F', string stream = "stdout") => $"2026-11-22T07:00:00.1234567+00:00 {stream} {kind} {text}\n";

    private static string Fresh(string text, char kind = 'F', string stream = "stdout") => $"{DateTimeOffset.Now:O} {stream} {kind} {text}\n";

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

    [Fact]
    public void What_has_no_end_yet_is_there_once_before_and_once_after_it_has_one()
    {
        File.WriteAllText(_path, Entry("one") + Entry("Na", 'P') + Entry("me? ", 'P') + Entry("x", stream: "stderr"));
        LogLine[] lines = [.. new LogReader("os1", _path).Read(null, null, CancellationToken.None)];
        Assert.Equal(["one", "x", "Name? "], lines.Select(line => line.Text));
        Assert.Equal([false, false, true], lines.Select(line => line.IsUnfinished));
        File.AppendAllText(_path, Entry("Bob") + Entry("two"));
        Assert.Equal(["one", "x", "Name? Bob", "two"], Read());
    }

    [Fact]
    public void Whoever_follows_is_shown_a_prompt_and_then_the_rest_alone()
    {
        File.WriteAllText(_path, Entry("Name? ", 'P'));
        int looks = 0;
        bool Follow()
        {
            looks++;
            if (looks == 2) File.AppendAllText(_path, Entry("Bob") + Entry("[y/N] ", 'P'));
            if (looks == 4) File.AppendAllText(_path, Entry("") + Entry("") + Entry("end"));
            return looks < 6;
        }
        Assert.Equal(["Name? ", "Bob", "[y/N] ", "", "end"], Read(null, Follow));
    }

    [Fact]
    public void Whoever_follows_gets_a_line_whole_that_ends_soon()
    {
        File.WriteAllText(_path, Fresh("Starting ... ", 'P'));
        int looks = 0;
        bool Follow()
        {
            if (++looks == 3) File.AppendAllText(_path, Fresh("done") + Fresh("the last word", 'P'));
            return looks < 5;
        }
        Assert.Equal(["Starting ... done", "the last word"], Read(null, Follow));
    }

    [Theory]
    [InlineData(1, "e2")]
    [InlineData(2, "e1,e2")]
    [InlineData(3, "e1,e2,Name? ")]
    [InlineData(4, "a b,e1,e2,Name? ")]
    [InlineData(5, "e0,a b,e1,e2,Name? ")]
    [InlineData(6, "one,e0,a b,e1,e2,Name? ")]
    [InlineData(7, "one,e0,a b,e1,e2,Name? ")]
    public void The_last_lines_keep_their_parts_though_the_other_stream_stands_between(int tail, string expected)
    {
        File.WriteAllText(_path, Entry("one") + Entry("a ", 'P') + Entry("e0", stream: "stderr") + Entry("b") + Entry("Name? ", 'P')
            + Entry("e", 'P', "stderr") + Entry("1", stream: "stderr") + Entry("e2", stream: "stderr"));
        Assert.Equal(expected, string.Join(',', Read(tail)));
    }

    [Fact]
    public void A_line_without_an_end_is_the_last_of_the_last()
    {
        File.WriteAllText(_path, Entry("one") + Entry("two") + Entry("Name? ", 'P'));
        Assert.Equal(["Name? "], Read(1));
        Assert.Equal(["two", "Name? "], Read(2));
        File.AppendAllText(_path, Entry("Bob"));
        Assert.Equal(["Name? Bob"], Read(1));
        Assert.Equal(["two", "Name? Bob"], Read(2));
    }

    [Fact]
    public void The_last_lines_are_found_across_portions()
    {
        var log = new System.Text.StringBuilder();
        for (int i = 0; i < 5000; i++) log.Append(Entry($"{i} " + new string('x', i % 200)));
        log.Insert(0, Entry("begun ", 'P', "stderr")).Append(Entry("and ended", stream: "stderr"));
        File.WriteAllText(_path, log.ToString());
        Assert.Equal(["begun and ended"], Read(1));
        Assert.StartsWith("4000 ", Read(1001)[0]);
        Assert.Equal(1001, Read(1001).Length);
        Assert.Equal(5001, Read(6000).Length);
    }

    [Fact]
    public void Neither_a_character_nor_a_return_is_lost_between_parts()
    {
        byte[] letter = "ü"u8.ToArray();
        using (FileStream file = File.OpenWrite(_path))
        {
            file.Write([.. System.Text.Encoding.ASCII.GetBytes(Entry("10%\r", 'P').TrimEnd('\n')), letter[0], (byte)'\n']);
            file.Write([.. System.Text.Encoding.ASCII.GetBytes(Entry("").TrimEnd('\n')), letter[1], (byte)'\r', (byte)'\n']);
        }
        Assert.Equal(["10%\rü"], Read());
    }
}
