using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>A client's connection and ours to the container: bytes both ways, the end of each way on its own, failure as failure.</summary>
internal sealed class StreamPair(Relay relay, int client, int container) : IWatched
{
    private readonly StreamWay _in = new(relay.Buffers, client, container), _out = new(relay.Buffers, container, client);
    private bool _isConnecting;

    public void Connect(SocketName target)
    {
        InternetSockets.SetNoDelay(client);
        InternetSockets.SetNoDelay(container);
        Errno error = InternetSockets.Connect(container, target);
        _isConnecting = error == Errno.EINPROGRESS;
        if (_isConnecting) relay.Watch.Set(container, this, Epoll.Out);
        else if (error == Errno.None) Wait();
        else Close(reset: true);
    }

    public void Ready(int descriptor, uint events)
    {
        bool isWell = !_isConnecting || InternetSockets.PendingError(container) == Errno.None;
        _isConnecting = false;
        // With an error or a hang-up, which nobody has to wish for, both ways find out what it is.
        if (isWell && (events & ~Epoll.Out) != 0) isWell = (descriptor == client ? _in : _out).Carry();
        if (isWell && (events & ~Epoll.In) != 0) isWell = (descriptor == client ? _out : _in).Carry();
        if (isWell && !(_in.IsOver && _out.IsOver)) Wait();
        else Close(reset: !isWell);
    }

    private void Wait()
    {
        relay.Watch.Set(client, this, _in.WaitsAtSource | _out.WaitsAtTarget);
        relay.Watch.Set(container, this, _out.WaitsAtSource | _in.WaitsAtTarget);
    }

    private void Close(bool reset)
    {
        _in.Dispose();
        _out.Dispose();
        foreach (int socket in (int[])[client, container])
        {
            if (reset) InternetSockets.SetResetOnClose(socket);
            relay.Watch.Forget(socket);
            Files.Close(socket);
        }
        relay.Leave();
    }
}
