using Microsoft.Win32.SafeHandles;

namespace PSContainer.Engine.Logs;

/// <summary>Where a log's last lines lie. A line's place is that of its last entry.</summary>
/// <param name="Start">Where to begin to read: at the earliest part of one of them.</param>
/// <param name="First">The place of the first of them; lines that end before, between the parts, are not among them.</param>
internal readonly record struct LogTail(long Start, long First)
{
    /// <summary>The last so many lines, one without an end among them; found from the back.</summary>
    public static LogTail Find(SafeFileHandle file, int count)
    {
        long length = RandomAccess.GetLength(file);
        var entries = new LogBackwards(file, length);
        var tail = new LogTail(length, length);
        int found = 0;
        Span<bool> isSeen = stackalloc bool[2];
        // Streams of which a line has been found, and perhaps not yet its beginning.
        Span<bool> isOpen = stackalloc bool[2];
        while (found < count || isOpen.Contains(true))
        {
            if (!entries.Next()) return found < count ? default : tail;
            int stream = (int)entries.Stream;
            // The last entry of a stream is a line's even if it is a part: that line has no end yet.
            if (entries.IsWhole || !isSeen[stream])
            {
                isOpen[stream] = found < count;
                if (found++ < count) tail = new LogTail(entries.Position, entries.Position);
            }
            else if (isOpen[stream])
            {
                tail = tail with { Start = entries.Position };
            }
            isSeen[stream] = true;
        }
        return tail;
    }
}
