using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>Something with descriptors that wants to be told when they are ready.</summary>
internal interface IWatched
{
    void Ready(int descriptor, uint events);
}

/// <summary>Any number of descriptors behind one, which the supervisor's poll loop has among its own.</summary>
internal sealed class Watch : IDisposable
{
    private readonly Dictionary<int, (IWatched Owner, uint Events)> _watched = [];

    /// <summary>Polls readable when something here is ready.</summary>
    public int Descriptor { get; private set; } = Epoll.Create();

    /// <summary>Watches a descriptor for these events, in place of what was watched for before; for none, not at all.</summary>
    public void Set(int descriptor, IWatched owner, uint events)
    {
        bool isKnown = _watched.TryGetValue(descriptor, out (IWatched Owner, uint Events) now);
        if (events == 0)
        {
            // Even with no event wished for, a hang-up would be told of again and again.
            if (isKnown) Forget(descriptor);
            return;
        }
        if (!isKnown) Epoll.Add(Descriptor, descriptor, events);
        else if (now.Events != events) Epoll.Modify(Descriptor, descriptor, events);
        _watched[descriptor] = (owner, events);
    }

    /// <summary>Watches it no longer; to be called before it is closed.</summary>
    public void Forget(int descriptor)
    {
        if (_watched.Remove(descriptor)) Epoll.Remove(Descriptor, descriptor);
    }

    /// <summary>Tells the owners of all that is ready now.</summary>
    public void Turn()
    {
        Span<(int Descriptor, uint Events)> ready = stackalloc (int, uint)[64];
        int count = Epoll.Ready(Descriptor, ready);
        foreach ((int descriptor, uint events) in ready[..count])
            // An owner that was told before may have closed it.
            if (_watched.TryGetValue(descriptor, out (IWatched Owner, uint) watched)) watched.Owner.Ready(descriptor, events);
    }

    public void Dispose()
    {
        if (Descriptor >= 0) Files.Close(Descriptor);
        Descriptor = -1;
    }
}
