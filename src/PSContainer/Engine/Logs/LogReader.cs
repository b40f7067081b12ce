namespace PSContainer.Engine.Logs;

/// <summary>Reads a container's log file, from its beginning or its last lines, and on as it grows.</summary>
/// <param name="containerName">Whose log it is.</param>
/// <param name="path">Where it lies.</param>
/// <param name="warn">Is told where entries are damaged, and how much of them is missing.</param>
public sealed class LogReader(string containerName, string path, Action<string>? warn = null)
{
    private const int Portion = 65536;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a line without an end has to stand before whoever follows is shown it. Long enough for a program that says "Starting ..." and then
    /// "done": its line comes whole.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The lines that are there, one that has no end yet as the last; with <paramref name="follow"/>, also those that come, until the container has
    /// ended. Whoever follows gets a line that is slow to end in two: what there was of it, and the rest.
    /// </summary>
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
        LogTail start = tail is { } count ? LogTail.Find(file.SafeFileHandle, count) : default;
        file.Position = start.Start;
        var lines = new LogJoiner(containerName, start, warn);
        var ready = new List<LogLine>();
        var buffer = new byte[Portion];
        bool isLast = false;
        while (true)
        {
            int read = file.Read(buffer);
            lines.Add(buffer.AsSpan(0, read), ready);
            bool isEnd = read == 0 && file.Length >= file.Position;
            bool isOver = isEnd && (follow is null || isLast);
            if (isEnd) lines.GiveUnfinished(isOver ? TimeSpan.Zero : s_patience, DateTimeOffset.Now, ready);
            foreach (LogLine line in ready) yield return line;
            ready.Clear();
            if (isOver || isEnd && cancelled.IsCancellationRequested)
            {
                lines.TellDamage();
                yield break;
            }
            if (read > 0) continue;
            if (!isEnd)
            {
                // Somebody has cut it off, as logrotate's copytruncate does: what comes now begins at its beginning.
                file.Position = 0;
                lines = new LogJoiner(containerName, default, warn);
                continue;
            }
            // One more look after the end was seen: its last words may have come in between.
            isLast = !follow!();
            if (!isLast) cancelled.WaitHandle.WaitOne(s_pause);
        }
    }
}
