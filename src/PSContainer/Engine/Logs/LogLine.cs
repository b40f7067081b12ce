namespace PSContainer.Engine.Logs;

/// <summary>One line that a container printed.</summary>
/// <param name="ContainerName">Which container.</param>
/// <param name="Time">When its supervisor read it.</param>
/// <param name="Stream">Standard output or standard error.</param>
/// <param name="Text">The line without its end.</param>
public sealed record LogLine(string ContainerName, DateTimeOffset Time, LogStream Stream, string Text)
{
    /// <summary>The line had no end yet when it was read, as a prompt has none: what the stream prints next belongs to it.</summary>
    public bool IsUnfinished { get; init; }

    public override string ToString() => Text;
}
