using Microsoft.Win32.SafeHandles;

namespace PSContainer.Engine.Logs;

/// <summary>A log file's entries, the last one first. What is damaged, and a last entry without its end, is passed over.</summary>
internal sealed class LogBackwards(SafeFileHandle file, long length)
{
    private const int Portion = 65536;

    private readonly byte[] _buffer = new byte[Portion];
    private readonly byte[] _head = new byte[64];
    private long _bufferStart = length, _end = -1;
    private int _left;

    /// <summary>Where the entry that was found begins in the file.</summary>
    public long Position { get; private set; } = length;
    public LogStream Stream { get; private set; }
    public bool IsWhole { get; private set; }

    /// <summary>Goes to the entry before; false at the beginning of the file.</summary>
    public bool Next()
    {
        while (_end != 0)
        {
            long lineEnd = LineEndBefore();
            bool hasEnd = _end >= 0;
            _end = lineEnd + 1;
            // Behind the last line's end there is nothing, or an entry that is still being written.
            if (hasEnd && IsEntry(lineEnd + 1)) return true;
        }
        return false;
    }

    // The place of the line end before all that was looked at; -1 where there is none.
    private long LineEndBefore()
    {
        while (true)
        {
            int found = _buffer.AsSpan(0, _left).LastIndexOf((byte)'\n');
            if (found >= 0)
            {
                _left = found;
                return _bufferStart + found;
            }
            if (_bufferStart == 0) return -1;
            int count = (int)Math.Min(Portion, _bufferStart);
            _bufferStart -= count;
            // A file that has become shorter meanwhile gives nothing.
            _left = Math.Max(0, RandomAccess.Read(file, _buffer.AsSpan(0, count), _bufferStart));
        }
    }

    private bool IsEntry(long start)
    {
        Position = start;
        while (true)
        {
            int count = RandomAccess.Read(file, _head, start);
            if (count <= 0) return false;
            int zeros = _head.AsSpan(0, count).IndexOfAnyExcept((byte)0);
            if (zeros == 0)
            {
                if (!LogEntry.TryParse(_head.AsSpan(0, count), out LogEntry entry)) return false;
                (Stream, IsWhole) = (entry.Stream, entry.IsWhole);
                return true;
            }
            // Blocks of zeros that a power cut has left stand right before an entry.
            start += zeros < 0 ? count : zeros;
        }
    }
}
