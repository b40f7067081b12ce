namespace PSContainer.Engine.Host;

/// <summary>How a check came out.</summary>
public enum CheckStatus
{
    Ok,
    /// <summary>Containers start, but something can't be had.</summary>
    Warning,
    /// <summary>No container starts before this is mended.</summary>
    Failed,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Status">How it came out.</param>
/// <param name="Message">What was found.</param>
/// <param name="Remedy">How to mend it; empty where all is well.</param>
public sealed record HostCheck(string Name, CheckStatus Status, string Message, string Remedy = "")
{
    /// <summary>It stands in no container's way.</summary>
    public bool Passed => Status != CheckStatus.Failed;

    public override string ToString() => $"{Name}: {Status}";
}
