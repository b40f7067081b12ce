using System.Buffers.Text;

namespace PSContainer.Engine.Logs;

/// <summary>Which of a container's streams.</summary>
public enum LogStream
{
    Output,
    Error,
}

/// <summary>
/// Makes log lines out of a stream's bytes, in the form that Kubernetes' container runtimes write (CRI):
/// <c>2026-11-22T07:00:00.1234567+00:00 stdout F text</c>; P instead of F says that the line goes on in the next entry.
/// Memory is bounded however long a line is: after <see cref="LongestPart"/> bytes it is written as a part.
/// </summary>
/// <param name="stream">Whose lines they are.</param>
/// <param name="isOpen">Parts of a line have been written before, and not its end.</param>
public sealed class LogLineWriter(LogStream stream, bool isOpen = false)
{
    public const int LongestPart = 16384;

    private readonly byte[] _name = stream == LogStream.Output ? " stdout "u8.ToArray() : " stderr "u8.ToArray();
    private readonly byte[] _pending = GC.AllocateUninitializedArray<byte>(LongestPart);
    private byte[] _out = new byte[1024];
    private int _pendingCount, _outCount;
    private bool _isOpen = isOpen;

    /// <summary>There are bytes that no entry has yet.</summary>
    public bool IsPending => _pendingCount > 0;

    /// <summary>Takes bytes and returns the entries that they complete; valid until the next call.</summary>
    public ReadOnlySpan<byte> Add(ReadOnlySpan<byte> bytes, DateTimeOffset now)
    {
        _outCount = 0;
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = end >= 0 ? bytes[..end] : bytes;
            int room = LongestPart - _pendingCount;
            if (part.Length > room)
            {
                Entry(now, bytes[..room], whole: false);
                bytes = bytes[room..];
            }
            else if (end >= 0)
            {
                Entry(now, part, whole: true);
                bytes = bytes[(end + 1)..];
            }
            else
            {
                part.CopyTo(_pending.AsSpan(_pendingCount));
                _pendingCount += part.Length;
                break;
            }
        }
        return _out.AsSpan(0, _outCount);
    }

    /// <summary>What there is of a line that has no end yet, as a part.</summary>
    public ReadOnlySpan<byte> Flush(DateTimeOffset now)
    {
        _outCount = 0;
        if (IsPending) Entry(now, default, whole: false);
        return _out.AsSpan(0, _outCount);
    }

    /// <summary>The last line, where it had no end.</summary>
    public ReadOnlySpan<byte> Finish(DateTimeOffset now)
    {
        _outCount = 0;
        if (IsPending || _isOpen) Entry(now, default, whole: true);
        return _out.AsSpan(0, _outCount);
    }

    private void Entry(DateTimeOffset now, ReadOnlySpan<byte> rest, bool whole)
    {
        const int overhead = 64;
        int needed = _outCount + _pendingCount + rest.Length + overhead;
        if (_out.Length < needed) Array.Resize(ref _out, Math.Max(needed, _out.Length * 2));
        Span<byte> to = _out.AsSpan(_outCount);
        Utf8Formatter.TryFormat(now, to, out int count, 'O');
        _name.CopyTo(to[count..]);
        count += _name.Length;
        to[count++] = (byte)(whole ? 'F' : 'P');
        to[count++] = (byte)' ';
        _pending.AsSpan(0, _pendingCount).CopyTo(to[count..]);
        count += _pendingCount;
        rest.CopyTo(to[count..]);
        count += rest.Length;
        to[count++] = (byte)'\n';
        _outCount += count;
        _pendingCount = 0;
        _isOpen = !whole;
    }
}
