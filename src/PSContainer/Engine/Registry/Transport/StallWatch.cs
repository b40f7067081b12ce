namespace PSContainer.Engine.Registry.Transport;

/// <summary>Ends an exchange in which nothing comes for too long. The limit holds between two signs of life, not for the whole.</summary>
internal sealed class StallWatch : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _outer;

    public StallWatch(TimeSpan limit, CancellationToken outer)
    {
        (Limit, _outer) = (limit, outer);
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        Alive();
    }

    public TimeSpan Limit { get; }

    public CancellationToken Token => _source.Token;

    /// <summary>It was this that ended the exchange, and not its caller.</summary>
    public bool IsStalled => _source.IsCancellationRequested && !_outer.IsCancellationRequested;

    public void Alive() => _source.CancelAfter(Limit);

    /// <summary>Whoever has the bytes may take their time with them.</summary>
    public void Rest() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose() => _source.Dispose();
}
