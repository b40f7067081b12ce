namespace PSContainer.Engine.Logs;

/// <summary>One line that a container printed.</summary>
/// <param name="ContainerName">Which container.</param>
/// <param name="Time">When its supervisor read it.</param>
/// <param name="Stream">Standard output or standard error.</param>
/// <param name="Text">The line without its end.</param>
public sealed record LogLine(string ContainerName, DateTimeOffset Time, LogStream Stream, string Text)
{
    public override string ToString() => Text;
}
