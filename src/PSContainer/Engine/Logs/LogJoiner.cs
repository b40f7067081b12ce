using System.Globalization;
using System.Text;

namespace PSContainer.Engine.Logs;

/// <summary>Makes lines of a log file's bytes: parses entries, and puts parts together.</summary>
/// <param name="containerName">Whose log it is.</param>
/// <param name="tail">Where the bytes begin, and which line is the first to be given.</param>
/// <param name="warn">Is told where entries are damaged, and how much of them is missing.</param>
internal sealed class LogJoiner(string containerName, LogTail tail, Action<string>? warn)
{
    // Far more than any entry of ours: what has no end for so long is damage.
    private const int Longest = 1 << 20;

    private readonly MemoryStream _rest = new();
    private readonly Unfinished?[] _unfinished = new Unfinished?[2];
    private DateTimeOffset? _latest;
    private long _damaged, _position = tail.Start;

    /// <summary>Takes what comes next in the file; <paramref name="ready"/> gets the lines that are complete now.</summary>
    public void Add(ReadOnlySpan<byte> bytes, List<LogLine> ready)
    {
        int end;
        while ((end = bytes.IndexOf((byte)'\n')) >= 0)
        {
            ReadOnlySpan<byte> line = bytes[..end];
            if (_rest.Length > 0)
            {
                _rest.Write(line);
                line = _rest.GetBuffer().AsSpan(0, (int)_rest.Length);
            }
            if (!Take(line, ready)) _damaged++;
            _position += line.Length + 1;
            _rest.SetLength(0);
            bytes = bytes[(end + 1)..];
        }
        _rest.Write(bytes);
        if (_rest.Length <= Longest) return;
        _damaged += _rest.Length;
        _position += _rest.Length;
        _rest.SetLength(0);
    }

    /// <summary>
    /// Gives what has been printed of lines that have no end yet, where nothing came after it for so long; when the line goes on, only the
    /// rest of it is given.
    /// </summary>
    public void GiveUnfinished(TimeSpan quiet, DateTimeOffset now, List<LogLine> ready)
    {
        (Unfinished? first, Unfinished? second) = (_unfinished[0], _unfinished[1]);
        if (second?.Last < first?.Last) (first, second) = (second, first);
        // Its own time counts, so that an old prompt is shown at once; and one that a clock set back has put into the future is old.
        foreach (Unfinished? line in (ReadOnlySpan<Unfinished?>)[first, second])
            if (line is { Text.Length: > 0 } && line.Last >= tail.First && (now - line.Time).Duration() >= quiet) ready.Add(Give(line, isUnfinished: true));
    }

    /// <summary>Before the next sound entry, or at the end: how much was missing.</summary>
    public void TellDamage()
    {
        if (_damaged == 0) return;
        string place = _latest is { } time ? $"behind the line of {time.ToString("O", CultureInfo.InvariantCulture)}" : "at its beginning";
        warn?.Invoke($"The log of '{containerName}' is damaged {place}: {_damaged} bytes are not readable.");
        _damaged = 0;
    }

    // False where it is no entry.
    private bool Take(ReadOnlySpan<byte> bytes, List<LogLine> ready)
    {
        // Where a power cut has left blocks of zeros, the next entry stands right behind them.
        int zeros = bytes.IndexOfAnyExcept((byte)0);
        if (zeros > 0)
        {
            _damaged += zeros;
            bytes = bytes[zeros..];
        }
        if (!LogEntry.TryParse(bytes, out LogEntry entry))
        {
            // Torn by a power cut, or overwritten: no line of anybody's.
            _damaged += bytes.Length;
            return false;
        }
        TellDamage();
        _latest = entry.Time;
        Unfinished line = _unfinished[(int)entry.Stream] ??= new Unfinished(entry.Stream);
        line.Text.Write(entry.Text);
        (line.Time, line.Last) = (entry.Time, _position);
        if (!entry.IsWhole) return true;
        // What was shown already needs no empty line behind it.
        if (_position >= tail.First && !(line.IsShown && line.Text.Length == 0)) ready.Add(Give(line, isUnfinished: false));
        line.Text.SetLength(0);
        line.IsShown = false;
        return true;
    }

    private LogLine Give(Unfinished line, bool isUnfinished)
    {
        ReadOnlySpan<byte> text = line.Text.GetBuffer().AsSpan(0, (int)line.Text.Length);
        if (!isUnfinished && text.EndsWith("\r"u8)) text = text[..^1];
        var given = new LogLine(containerName, line.Time, line.Stream, Encoding.UTF8.GetString(text)) { IsUnfinished = isUnfinished };
        line.Text.SetLength(0);
        line.IsShown = true;
        return given;
    }

    /// <summary>What has come of a stream's line; bytes, because a part may end within a character.</summary>
    private sealed class Unfinished(LogStream stream)
    {
        public LogStream Stream { get; } = stream;
        public MemoryStream Text { get; } = new();
        public DateTimeOffset Time { get; set; }
        /// <summary>The place of its last entry.</summary>
        public long Last { get; set; }
        public bool IsShown { get; set; }
    }
}
