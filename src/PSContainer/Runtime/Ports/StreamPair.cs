using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>A client's connection and ours to the container: bytes both ways, the end of each way on its own, failure as failure.</summary>
internal sealed class StreamPair(Relay relay, int clientSocket, int containerSocket) : IWatched
{
    private sealed class Side(int socket)
    {
        public readonly int Socket = socket;
        /// <summary>Taken from the other side, but not yet from us.</summary>
        public byte[] Pending = [];
        /// <summary>It will send no more.</summary>
        public bool HasEnded;
    }

    private readonly Side _client = new(clientSocket), _container = new(containerSocket);
    private bool _isConnecting;

    public void Connect(SocketName target)
    {
        InternetSockets.SetNoDelay(_client.Socket);
        InternetSockets.SetNoDelay(_container.Socket);
        Errno error = InternetSockets.Connect(_container.Socket, target);
        _isConnecting = error == Errno.EINPROGRESS;
        if (_isConnecting || error == Errno.None) Wish();
        else Close(reset: true);
    }

    public void Ready(int descriptor, uint events)
    {
        if (_isConnecting)
        {
            if (InternetSockets.PendingError(_container.Socket) != Errno.None)
            {
                Close(reset: true);
                return;
            }
            _isConnecting = false;
        }
        bool isWell = Carry(_client, _container) && Carry(_container, _client);
        bool isOver = _client.HasEnded && _container.HasEnded && _client.Pending.Length + _container.Pending.Length == 0;
        if (isWell && !isOver) Wish();
        else Close(reset: !isWell);
    }

    /// <summary>False where the connection is broken.</summary>
    private bool Carry(Side from, Side to)
    {
        // Some of it only, so that one busy connection does not keep the others, or the container's log, waiting.
        const int most = 8;
        for (int i = 0; i < most; i++)
        {
            if (to.Pending.Length > 0)
            {
                int sent = InternetSockets.TrySend(to.Socket, to.Pending);
                if (sent < 0) return Syscall.Last == Errno.EAGAIN;
                to.Pending = to.Pending[sent..];
                if (to.Pending.Length > 0) return true;
                if (from.HasEnded) InternetSockets.EndWriting(to.Socket);
            }
            if (from.HasEnded) return true;
            int count = Files.Read(from.Socket, relay.Buffer);
            if (count < 0) return Syscall.Last == Errno.EAGAIN;
            if (count == 0)
            {
                from.HasEnded = true;
                InternetSockets.EndWriting(to.Socket);
                return true;
            }
            int taken = InternetSockets.TrySend(to.Socket, relay.Buffer.AsSpan(0, count));
            if (taken < 0 && Syscall.Last != Errno.EAGAIN) return false;
            if (taken < count) to.Pending = relay.Buffer.AsSpan(Math.Max(taken, 0), count - Math.Max(taken, 0)).ToArray();
        }
        return true;
    }

    private void Wish()
    {
        Wish(_client, _container);
        Wish(_container, _client);
    }

    private void Wish(Side side, Side other)
    {
        uint events = 0;
        if (_isConnecting) events = side == _container ? Epoll.Out : 0;
        else
        {
            if (!side.HasEnded && other.Pending.Length == 0) events |= Epoll.In;
            if (side.Pending.Length > 0) events |= Epoll.Out;
        }
        relay.Watch.Set(side.Socket, this, events);
    }

    private void Close(bool reset)
    {
        foreach (Side side in (Side[])[_client, _container])
        {
            if (reset) InternetSockets.SetResetOnClose(side.Socket);
            relay.Watch.Forget(side.Socket);
            Files.Close(side.Socket);
        }
        relay.Leave();
    }
}
