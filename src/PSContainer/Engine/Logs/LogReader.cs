using System.Globalization;
using System.Text;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Logs;

/// <summary>Reads a container's log file, from its beginning or its last lines, and on as it grows.</summary>
/// <param name="containerName">Whose log it is.</param>
/// <param name="path">Where it lies.</param>
/// <param name="warn">Is told where entries are damaged, and how much of them is missing.</param>
public sealed class LogReader(string containerName, string path, Action<string>? warn = null)
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
        var joiner = new PartJoiner(containerName, warn);
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
            if (file.Length < file.Position)
            {
                // Somebody has cut it off, as logrotate's copytruncate does: what comes now begins at its beginning.
                file.Position = 0;
                splitter = new LineSplitter();
                joiner.Forget();
                continue;
            }
            if (follow is null || isLast || cancelled.IsCancellationRequested)
            {
                joiner.TellDamage();
                yield break;
            }
            // One more look after the end was seen: its last words may have come in between.
            isLast = !follow();
            if (!isLast) cancelled.WaitHandle.WaitOne(s_pause);
        }
    }

    /// <summary>Where the last lines begin, found from the back: behind the whole line before them. Parts of lines and damaged entries are none.</summary>
    private static long StartOfLast(FileStream file, int count)
    {
        var buffer = new byte[Portion];
        long position = file.Length;
        long end = file.Length;
        int found = 0;
        if (count == 0) return end;
        while (position > 0)
        {
            int portion = (int)Math.Min(Portion, position);
            position -= portion;
            file.Position = position;
            file.ReadExactly(buffer, 0, portion);
            for (int i = portion - 1; i >= 0; i--)
            {
                if (buffer[i] != (byte)'\n' || position + i + 1 == file.Length) continue;
                if (IsWhole(file, position + i + 1) && ++found > count) return end;
                end = position + i + 1;
            }
        }
        return IsWhole(file, 0) && found == count ? end : 0;
    }

    // The entry that begins there ends a line.
    private static bool IsWhole(FileStream file, long start)
    {
        Span<byte> head = stackalloc byte[256];
        int count, zeros;
        while (true)
        {
            count = RandomAccess.Read(file.SafeFileHandle, head, start);
            if (count <= 0) return false;
            zeros = head[..count].IndexOfAnyExcept((byte)0);
            if (zeros == 0) break;
            start += zeros < 0 ? count : zeros;
        }
        head = head[..count];
        int lineEnd = head.IndexOf((byte)'\n');
        return Entry.TryParse(Encoding.UTF8.GetString(lineEnd < 0 ? head : head[..lineEnd]), out Entry entry) && entry.IsWhole;
    }

    // "2026-11-22T07:00:00.1234567+00:00 stdout F text"
    private readonly record struct Entry(DateTimeOffset Time, LogStream Stream, bool IsWhole, string Text)
    {
        public static bool TryParse(string line, out Entry entry)
        {
            entry = default;
            int first = line.IndexOf(' '), second = first < 0 ? -1 : line.IndexOf(' ', first + 1);
            if (second < 0 || line.Length < second + 3 || line[second + 2] != ' ' || line[second + 1] is not ('F' or 'P')) return false;
            if (!DateTimeOffset.TryParse(line.AsSpan(0, first), CultureInfo.InvariantCulture, out DateTimeOffset time)) return false;
            if (line.AsSpan(first + 1, second - first - 1) is not ("stdout" or "stderr")) return false;
            entry = new Entry(time, line.AsSpan(first + 1, second - first - 1) is "stderr" ? LogStream.Error : LogStream.Output, line[second + 1] == 'F', line[(second + 3)..]);
            return true;
        }
    }

    /// <summary>Parses entries and puts parts together.</summary>
    private sealed class PartJoiner(string containerName, Action<string>? warn)
    {
        private readonly Dictionary<LogStream, StringBuilder> _parts = [];
        private DateTimeOffset? _latest;
        private long _damaged;

        public void Add(string line, List<LogLine> ready)
        {
            // Where a power cut has left blocks of zeros, the next entry stands right behind them.
            int zeros = line.AsSpan().IndexOfAnyExcept('\0');
            if (zeros > 0) _damaged += zeros;
            if (!Entry.TryParse(zeros > 0 ? line[zeros..] : line, out Entry entry))
            {
                // Torn by a power cut, or overwritten: no line of anybody's.
                _damaged += Encoding.UTF8.GetByteCount(line.AsSpan(Math.Max(zeros, 0))) + 1;
                return;
            }
            TellDamage();
            _latest = entry.Time;
            if (entry.IsWhole && !_parts.ContainsKey(entry.Stream))
            {
                ready.Add(new LogLine(containerName, entry.Time, entry.Stream, entry.Text));
                return;
            }
            if (!_parts.TryGetValue(entry.Stream, out StringBuilder? parts)) _parts[entry.Stream] = parts = new StringBuilder();
            parts.Append(entry.Text);
            if (!entry.IsWhole) return;
            ready.Add(new LogLine(containerName, entry.Time, entry.Stream, parts.ToString()));
            _parts.Remove(entry.Stream);
        }

        /// <summary>Before the next sound entry, or at the end: how much was missing.</summary>
        public void TellDamage()
        {
            if (_damaged == 0) return;
            string place = _latest is { } time ? $"behind the line of {time.ToString("O", CultureInfo.InvariantCulture)}" : "at its beginning";
            warn?.Invoke($"The log of '{containerName}' is damaged {place}: {_damaged} bytes are not readable.");
            _damaged = 0;
        }

        /// <summary>What has begun is not going on.</summary>
        public void Forget() => _parts.Clear();
    }
}
