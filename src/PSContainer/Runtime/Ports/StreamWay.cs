using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>One way of a connection: what one socket sends, the other one gets, and its end after all of it.</summary>
internal sealed class StreamWay(BufferStock buffers, int from, int to) : IDisposable
{
    // Taken from the one, but not yet all by the other.
    private StreamBuffer? _held;
    private bool _hasEnded;

    /// <summary>Everything has come and gone.</summary>
    public bool IsOver => _hasEnded && _held is null;

    /// <summary>What to wait for at the socket that it comes from.</summary>
    public uint WaitsAtSource => _hasEnded || _held is not null ? 0 : Epoll.In;

    /// <summary>What to wait for at the socket that it goes to.</summary>
    public uint WaitsAtTarget => _held is null ? 0 : Epoll.Out;

    /// <summary>Carries what can be carried now; false where the connection is broken.</summary>
    public bool Carry()
    {
        // Some of it only, so that one busy connection does not keep the others, or the container's log, waiting.
        const int most = 4;
        for (int i = 0; i < most && !IsOver; i++)
        {
            Errno error = _held is null ? Take() : Errno.None;
            if (_held is null) return error is Errno.None or Errno.EAGAIN;
            if (_held.Give(to) < 0) return Syscall.Last == Errno.EAGAIN;
            if (_held.Count > 0) return true;
            buffers.Return(_held);
            _held = null;
        }
        return true;
    }

    public void Dispose()
    {
        if (_held is not null) buffers.Return(_held);
        _held = null;
    }

    private Errno Take()
    {
        StreamBuffer buffer = buffers.Borrow();
        int count = buffer.Take(from);
        Errno error = count < 0 ? Syscall.Last : Errno.None;
        if (count > 0) _held = buffer;
        else buffers.Return(buffer);
        _hasEnded = count == 0;
        if (_hasEnded) InternetSockets.EndWriting(to);
        return error;
    }
}
