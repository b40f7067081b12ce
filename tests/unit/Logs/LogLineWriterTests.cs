using System.Text;
using PSContainer.Engine.Logs;

namespace PSContainer.Tests.Unit.Logs;

public class LogLineWriterTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 7, 0, 0, TimeSpan.FromHours(1));

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static string Entry(string text, char kind = 'F', string stream = "stdout") => $"2026-11-22T07:00:00.0000000+01:00 {stream} {kind} {text}\n";

    [Fact]
    public void A_line_is_an_entry_with_time_and_stream()
    {
        Assert.Equal(Entry("one") + Entry("") + Entry("two ü"), Text(new LogLineWriter(LogStream.Output).Add("one\n\ntwo ü\n"u8, s_now)));
        Assert.Equal(Entry("x", stream: "stderr"), Text(new LogLineWriter(LogStream.Error).Add("x\n"u8, s_now)));
    }

    [Fact]
    public void A_line_in_pieces_is_one_entry()
    {
        var writer = new LogLineWriter(LogStream.Output);
        Assert.Equal("", Text(writer.Add("on"u8, s_now)));
        Assert.Equal("", Text(writer.Add("e\r"u8, s_now)));
        Assert.Equal(Entry("one\r"), Text(writer.Add("\ntw"u8, s_now)));
        Assert.Equal(Entry("tw"), Text(writer.Finish(s_now)));
        Assert.Equal("", Text(writer.Finish(s_now)));
    }

    [Fact]
    public void What_waits_for_its_end_too_long_is_a_part_and_its_end_follows()
    {
        var writer = new LogLineWriter(LogStream.Output);
        Assert.Equal("", Text(writer.Flush(s_now)));
        writer.Add("Name? "u8, s_now);
        Assert.True(writer.IsPending);
        Assert.Equal(Entry("Name? ", 'P'), Text(writer.Flush(s_now)));
        Assert.False(writer.IsPending);
        Assert.Equal("", Text(writer.Flush(s_now)));
        Assert.Equal(Entry("Bob") + Entry("next"), Text(writer.Add("Bob\nnext\n"u8, s_now)));
        Assert.Equal("", Text(writer.Finish(s_now)));

        writer.Add("> "u8, s_now);
        writer.Flush(s_now);
        Assert.Equal(Entry(""), Text(writer.Finish(s_now)));
        Assert.Equal("", Text(writer.Finish(s_now)));
    }

    [Theory]
    [InlineData(LogLineWriter.LongestPart)]
    [InlineData(LogLineWriter.LongestPart - 1)]
    [InlineData(LogLineWriter.LongestPart + 1)]
    [InlineData(LogLineWriter.LongestPart * 3)]
    [InlineData(100_000)]
    public void A_long_line_is_written_in_parts_and_nothing_is_lost(int length)
    {
        foreach (int piece in (int[])[1_000, 8192, 200_000])
        {
            var writer = new LogLineWriter(LogStream.Output);
            byte[] line = Encoding.ASCII.GetBytes(new string('a', length) + "\nend\n");
            var log = new StringBuilder();
            for (int at = 0; at < line.Length; at += piece) log.Append(Text(writer.Add(line.AsSpan(at, Math.Min(piece, line.Length - at)), s_now)));
            string[][] entries = [.. log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split(' ', 4))];
            Assert.Equal(new string('a', length), string.Concat(entries[..^1].Select(entry => entry[3])));
            Assert.All(entries, entry => Assert.InRange(entry[3].Length, 0, LogLineWriter.LongestPart));
            Assert.All(entries[..^2], entry => Assert.Equal("P", entry[2]));
            Assert.Equal(("F", "end"), (entries[^1][2], entries[^1][3]));
            Assert.Equal("F", entries[^2][2]);
        }
    }

    [Fact]
    public void Memory_is_bounded_however_much_comes_without_an_end()
    {
        var writer = new LogLineWriter(LogStream.Output);
        byte[] piece = new byte[8192];
        writer.Add(piece, s_now);
        writer.Add(piece, s_now);
        long before = GC.GetAllocatedBytesForCurrentThread(), written = 0;
        for (int i = 0; i < 10_000; i++) written += writer.Add(piece, s_now).Length;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 << 10);
        Assert.InRange(written, 10_000 * 8192 - 20_000, long.MaxValue);
    }

    [Fact]
    public void Any_bytes_pass_as_they_are()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b).Where(b => b != '\n'), (byte)'\n'];
        ReadOnlySpan<byte> entry = new LogLineWriter(LogStream.Output).Add(bytes, s_now);
        Assert.Equal(bytes, entry[^256..].ToArray());
    }
}
