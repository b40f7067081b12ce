namespace PSContainer.Engine.Networks.Names;

/// <summary>
/// What the neighbours of a container are to be told of it. It may be told a while after it was put together: who has come since knows it
/// by its lease, who has gone has no file any more, and a line that is told twice is taken out twice.
/// </summary>
/// <param name="Paths">The neighbours' hosts files.</param>
/// <param name="Lines">The container's own addresses and names.</param>
public sealed record Announcement(IReadOnlyList<string> Paths, IReadOnlyList<string> Lines)
{
    /// <summary>Tells it. Whoever calls holds the store's lock.</summary>
    public void Tell() => HostsFile.Append(Paths, Lines);
}
