namespace PSContainer.Runtime.Ports;

/// <summary>
/// The buffers of all connections. One has a buffer only while something of it is on its way, so those that are silent cost their
/// sockets alone, and a handful of pipes serves any number that are swift.
/// </summary>
internal sealed class BufferStock : IDisposable
{
    // Pipes lie in the kernel's memory, where no limit of the container's counts them: clients that take nothing must not fill it.
    private const int MostPipes = 256, MostSpare = 8;

    private readonly Stack<StreamBuffer> _spare = [];
    private int _lentPipes;

    /// <summary>An empty buffer: a pipe if one may be had.</summary>
    public StreamBuffer Borrow()
    {
        if (!_spare.TryPop(out StreamBuffer? pipe) && _lentPipes < MostPipes) pipe = StreamBuffer.TryOpenPipe();
        if (pipe is null) return StreamBuffer.NewMemory();
        _lentPipes++;
        return pipe;
    }

    /// <summary>Takes one back; what is still in it is let go.</summary>
    public void Return(StreamBuffer buffer)
    {
        if (buffer.IsPipe) _lentPipes--;
        if (buffer.IsPipe && buffer.Count == 0 && _spare.Count < MostSpare) _spare.Push(buffer);
        else buffer.Dispose();
    }

    public void Dispose()
    {
        while (_spare.TryPop(out StreamBuffer? pipe)) pipe.Dispose();
    }
}
