namespace PSContainer.Engine.Registry.Transport;

/// <summary>A failure that may be gone at the next attempt; it never leaves this room.</summary>
internal sealed class TransientFault(EngineException error) : Exception(error.Message, error)
{
    public EngineException Error { get; } = error;

    /// <summary>What the registry asked for.</summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>The registry said nothing at all: waiting as long once more helps nobody.</summary>
    public bool IsStall { get; init; }
}
