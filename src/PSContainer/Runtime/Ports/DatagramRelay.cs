using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>
/// A published UDP port: each client gets a socket of ours to the container, so that an answer finds its way back, from the address
/// that the client had written to.
/// </summary>
internal sealed class DatagramRelay(Relay relay, int listener, SocketName? target) : IWatched, IDisposable
{
    /// <summary>Milliseconds of silence after which a conversation is over: what the kernel's own NAT gives one that was answered.</summary>
    public const int Idle = 120_000;

    private sealed class Conversation(int socket, SocketName client)
    {
        public readonly int Socket = socket;
        public readonly SocketName Client = client;
        public byte[] Information = [];
        public long LastUsed;
    }

    private readonly Dictionary<SocketName, Conversation> _byClient = [];
    private readonly Dictionary<int, Conversation> _bySocket = [];
    private bool _isWatched;

    public bool IsIdle => _byClient.Count == 0;

    public DatagramRelay Begin()
    {
        relay.Watch.Set(listener, this, Epoll.In);
        _isWatched = true;
        return this;
    }

    public void Ready(int descriptor, uint events)
    {
        // Some of it only, so that one busy port does not keep the others waiting.
        const int most = 64;
        for (int i = 0; i < most; i++)
            if (!(descriptor == listener ? TakeFromClient() : TakeFromContainer(descriptor))) return;
    }

    public void Expire()
    {
        long before = Environment.TickCount64 - Idle;
        foreach (Conversation old in _byClient.Values.Where(conversation => conversation.LastUsed <= before).ToArray()) End(old);
    }

    public void Dispose()
    {
        if (_isWatched) relay.Watch.Forget(listener);
        foreach (Conversation conversation in _byClient.Values.ToArray()) End(conversation);
    }

    private bool TakeFromClient()
    {
        Span<byte> information = stackalloc byte[Datagrams.InformationSize];
        int count = Datagrams.TryReceive(listener, relay.Buffer, out SocketName client, information, out int length);
        // An error that an earlier answer of ours brought back, ECONNREFUSED, is told here once; the next datagram is fine.
        if (count < 0) return Syscall.Last != Errno.EAGAIN;
        if (!_byClient.TryGetValue(client, out Conversation? conversation) && (conversation = Open(client)) is null) return true;
        conversation.LastUsed = Environment.TickCount64;
        if (!information[..length].SequenceEqual(conversation.Information)) conversation.Information = information[..length].ToArray();
        // What does not go through is lost, as datagrams are.
        InternetSockets.TrySend(conversation.Socket, relay.Buffer.AsSpan(0, count));
        return true;
    }

    private bool TakeFromContainer(int descriptor)
    {
        Conversation conversation = _bySocket[descriptor];
        int count = Files.Read(descriptor, relay.Buffer);
        if (count < 0) return Syscall.Last is not (Errno.EAGAIN or Errno.ECONNREFUSED);
        conversation.LastUsed = Environment.TickCount64;
        Datagrams.TrySend(listener, relay.Buffer.AsSpan(0, count), conversation.Client, conversation.Information);
        return true;
    }

    private Conversation? Open(SocketName client)
    {
        if (target is not { } container) return null;
        if (!relay.TryEnter())
        {
            // The one that has been silent longest makes room, if it is of this port.
            if (_byClient.Values.MinBy(conversation => conversation.LastUsed) is not { } oldest) return null;
            End(oldest);
            if (!relay.TryEnter()) return null;
        }
        int socket = InternetSockets.TryOpen(container.IsIPv6, isStream: false);
        if (socket < 0 || InternetSockets.Connect(socket, container) != Errno.None)
        {
            if (socket >= 0) Files.Close(socket);
            relay.Leave();
            return null;
        }
        var conversation = new Conversation(socket, client);
        _byClient[client] = _bySocket[socket] = conversation;
        relay.Watch.Set(socket, this, Epoll.In);
        return conversation;
    }

    private void End(Conversation conversation)
    {
        _byClient.Remove(conversation.Client);
        _bySocket.Remove(conversation.Socket);
        relay.Watch.Forget(conversation.Socket);
        Files.Close(conversation.Socket);
        relay.Leave();
    }
}
