namespace PSContainer.Engine.Containers.Life;

/// <summary>How a container ended.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its id.</param>
/// <param name="ExitCode">The exit status, or 128 and the signal's number; null where its supervisor was killed and nobody saw.</param>
/// <param name="OomKilled">The kernel killed something in it for want of memory.</param>
/// <param name="Finished">When.</param>
public sealed record ContainerExit(string Name, string Id, int? ExitCode, bool OomKilled, DateTimeOffset? Finished)
{
    public override string ToString() => Name;
}
