using PSContainer.Engine.Archives.Compression;

namespace PSContainer.Engine.Registry.Transfer;

/// <summary>
/// Reads a file that is still being written, and waits where it has caught up. The file is the buffer between network and unpacker: neither
/// has to go at the other's pace, and a connection that breaks and is taken up again is not noticed here.
/// </summary>
internal sealed class FollowingStream : ForwardStream
{
    private readonly FileStream _file;
    private readonly CancellationToken _cancel;
    private readonly CancellationTokenRegistration _wake;
    private readonly object _gate = new();
    private long _written, _read;
    private volatile bool _isWhole;

    /// <param name="file">Open for reading, at its beginning.</param>
    public FollowingStream(FileStream file, CancellationToken cancel)
    {
        (_file, _cancel) = (file, cancel);
        _wake = cancel.Register(Wake);
    }

    /// <summary>All is here; not all may have been read.</summary>
    public bool IsWhole => _isWhole;

    /// <summary>So many are written by now.</summary>
    public void Grow(long written)
    {
        lock (_gate)
        {
            _written = written;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>That was all, and it was seen to be right.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isWhole = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <exception cref="OperationCanceledException"/>
    public override int Read(Span<byte> buffer)
    {
        long there;
        lock (_gate)
        {
            while (_read == _written && !_isWhole && !_cancel.IsCancellationRequested) Monitor.Wait(_gate);
            _cancel.ThrowIfCancellationRequested();
            there = _written - _read;
        }
        // The end is where the writer says, whatever the file holds.
        int count = there == 0 ? 0 : _file.Read(buffer[..(int)Math.Min(there, buffer.Length)]);
        _read += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _wake.Dispose();
            _file.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
