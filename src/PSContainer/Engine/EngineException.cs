namespace PSContainer.Engine;

/// <summary>Why an operation did not happen; one table in Cmdlets turns it into an ErrorCategory.</summary>
public enum Reason
{
    /// <summary>The wish itself is malformed or out of range.</summary>
    InvalidInput,
    /// <summary>What was named does not exist.</summary>
    NotFound,
    /// <summary>What was to be made exists already, or is in use.</summary>
    AlreadyExists,
    /// <summary>It exists, but in a state in which this can't be done.</summary>
    WrongState,
    /// <summary>The caller lacks a privilege.</summary>
    NoPermission,
    /// <summary>This machine or its kernel lacks a feature.</summary>
    NotSupported,
    /// <summary>A file of ours does not hold what it should.</summary>
    Corrupt,
    /// <summary>Memory, disk, processes or descriptors ran out.</summary>
    Exhausted,
    /// <summary>It took longer than it may.</summary>
    TimedOut,
    /// <summary>The kernel said no, for a cause not listed above.</summary>
    Failed,
}

/// <summary>
/// An operation of the engine that failed: a stable id, what was wrong, and what to do about it.
/// </summary>
public sealed class EngineException(string id, Reason reason, string message, string? advice = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>Stable name of the error ("ContainerNotFound"); scripts and tests rely on it.</summary>
    public string Id { get; } = id;

    public Reason Reason { get; } = reason;

    /// <summary>What the user can do, in the imperative; null where nothing sensible is known.</summary>
    public string? Advice { get; } = advice;
}
