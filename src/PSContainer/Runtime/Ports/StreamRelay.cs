using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>A published TCP port: each connection that arrives gets one of ours to the container.</summary>
internal sealed class StreamRelay : IWatched, IDisposable
{
    private readonly Relay _relay;
    private readonly int _listener;
    private readonly SocketName? _target;
    private bool _isClosed;

    public StreamRelay(Relay relay, int listener, SocketName? target)
    {
        (_relay, _listener, _target) = (relay, listener, target);
        Listen();
    }

    public void Ready(int descriptor, uint events)
    {
        while (_relay.TryEnter())
        {
            Errno error = Take();
            if (error == Errno.None) continue;
            _relay.Leave();
            if (error is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS) break;
            // A connection may have been given up while it waited (ECONNABORTED); the next one is still there.
            if (error == Errno.EAGAIN) return;
        }
        // No room: what waits stays in the kernel's queue until there is.
        _relay.Watch.Forget(_listener);
        _relay.WaitForRoom(Listen);
    }

    // None: the place is the pair's from now on.
    private Errno Take()
    {
        int client = InternetSockets.TryAccept(_listener);
        if (client < 0) return Syscall.Last;
        int container = _target is { } target ? InternetSockets.TryOpen(target.IsIPv6, isStream: true) : -1;
        if (container >= 0)
        {
            new StreamPair(_relay, client, container).Connect(_target!.Value);
            return Errno.None;
        }
        Errno error = _target is null ? Errno.ECONNREFUSED : Syscall.Last;
        Files.Close(client);
        return error;
    }

    public void Dispose()
    {
        _isClosed = true;
        _relay.Watch.Forget(_listener);
    }

    private void Listen()
    {
        if (!_isClosed) _relay.Watch.Set(_listener, this, Epoll.In);
    }
}
