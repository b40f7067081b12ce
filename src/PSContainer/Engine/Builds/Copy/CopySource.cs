using PSContainer.Engine.Builds.Context;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>One thing that a COPY takes, opened once, and all that is below it.</summary>
/// <param name="Tree">Where it comes from.</param>
/// <param name="Name">What it is called where it goes into a folder.</param>
/// <param name="Top">Its descriptor.</param>
/// <param name="Entries">Itself first.</param>
internal sealed record CopySource(SourceTree Tree, string Name, int Top, IReadOnlyList<SourceEntry> Entries) : IDisposable
{
    public bool IsFolder => Entries[0].Status.Kind == FileKind.Directory;

    public void Dispose() => Files.Close(Top);
}
