using System.Globalization;
using System.Text;
using PSContainer.Engine.Commands;

namespace PSContainer.Engine.Logs;

/// <summary>Reads a container's log file, from its beginning or its last lines, and on as it grows.</summary>
public sealed class LogReader(string containerName, string path)
{
    private const int Portion = 65536;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The lines that are there; with <paramref name="follow"/>, also those that come, until the container has ended.</summary>
    /// <param name="tail">Only the last so many; null for all.</param>
    /// <param name="follow">Whether the container still runs, asked each time the end of the file is met; null to stop there.</param>
    public IEnumerable<LogLine> Read(int? tail, Func<bool>? follow, CancellationToken cancelled)
    {
        while (!File.Exists(path))
        {
            if (follow is null || !follow()) yield break;
            cancelled.WaitHandle.WaitOne(s_pause);
            if (cancelled.IsCancellationRequested) yield break;
        }
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (tail is { } count) file.Position = StartOfLast(file, count);
        var splitter = new LineSplitter();
        var joiner = new PartJoiner(containerName);
        var ready = new List<LogLine>();
        var buffer = new byte[Portion];
        bool isLast = false;
        while (true)
        {
            int read = file.Read(buffer);
            splitter.Add(buffer.AsSpan(0, read), line => joiner.Add(line, ready));
            foreach (LogLine line in ready) yield return line;
            ready.Clear();
            if (read > 0) continue;
            if (follow is null || isLast || cancelled.IsCancellationRequested) yield break;
            // One more look after the end was seen: its last words may have come in between.
            isLast = !follow();
            if (!isLast) cancelled.WaitHandle.WaitOne(s_pause);
        }
    }

    /// <summary>Where the last lines begin, found from the back.</summary>
    private static long StartOfLast(FileStream file, int count)
    {
        var buffer = new byte[Portion];
        long position = file.Length;
        // The file's own last line end begins no line.
        int found = -1;
        while (position > 0 && count > 0)
        {
            int portion = (int)Math.Min(Portion, position);
            position -= portion;
            file.Position = position;
            file.ReadExactly(buffer, 0, portion);
            for (int i = portion - 1; i >= 0; i--)
                if (buffer[i] == (byte)'\n' && ++found == count) return position + i + 1;
        }
        return count > 0 ? 0 : file.Length;
    }

    /// <summary>Parses entries and puts parts together.</summary>
    private sealed class PartJoiner(string containerName)
    {
        private readonly Dictionary<LogStream, StringBuilder> _parts = [];

        // "2026-11-22T07:00:00.1234567+00:00 stdout F text"
        public void Add(string entry, List<LogLine> ready)
        {
            int first = entry.IndexOf(' '), second = first < 0 ? -1 : entry.IndexOf(' ', first + 1);
            // An entry that a power cut has torn is no line of anybody's.
            if (second < 0 || entry.Length < second + 3 || !DateTimeOffset.TryParse(entry.AsSpan(0, first), CultureInfo.InvariantCulture, out DateTimeOffset time)) return;
            LogStream stream = entry.AsSpan(first + 1, second - first - 1) is "stderr" ? LogStream.Error : LogStream.Output;
            ReadOnlySpan<char> text = entry.AsSpan(second + 3);
            bool whole = entry[second + 1] == 'F';
            if (whole && !_parts.ContainsKey(stream))
            {
                ready.Add(new LogLine(containerName, time, stream, text.ToString()));
                return;
            }
            if (!_parts.TryGetValue(stream, out StringBuilder? parts)) _parts[stream] = parts = new StringBuilder();
            parts.Append(text);
            if (!whole) return;
            ready.Add(new LogLine(containerName, time, stream, parts.ToString()));
            _parts.Remove(stream);
        }
    }
}
