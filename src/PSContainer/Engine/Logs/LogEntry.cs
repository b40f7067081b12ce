using System.Buffers.Text;

namespace PSContainer.Engine.Logs;

/// <summary>One entry of a log file, without its end: <c>2026-11-22T07:00:00.1234567+00:00 stdout F text</c>.</summary>
internal readonly ref struct LogEntry
{
    public required DateTimeOffset Time { get; init; }
    public required LogStream Stream { get; init; }
    /// <summary>F: it ends a line. P: the line goes on with the stream's next entry.</summary>
    public required bool IsWhole { get; init; }
    public required ReadOnlySpan<byte> Text { get; init; }

    /// <summary>false for what is none: torn by a power cut, or overwritten.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out LogEntry entry)
    {
        entry = default;
        if (!Utf8Parser.TryParse(bytes, out DateTimeOffset time, out int count, 'O')) return false;
        ReadOnlySpan<byte> rest = bytes[count..];
        bool isError = rest.StartsWith(" stderr "u8);
        if (!isError && !rest.StartsWith(" stdout "u8)) return false;
        rest = rest[" stdout ".Length..];
        bool isWhole = rest.StartsWith("F "u8);
        if (!isWhole && !rest.StartsWith("P "u8)) return false;
        entry = new LogEntry { Time = time, Stream = isError ? LogStream.Error : LogStream.Output, IsWhole = isWhole, Text = rest[2..] };
        return true;
    }
}
