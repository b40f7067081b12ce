using PSContainer.Engine.State;

namespace PSContainer.Engine.Commands;

/// <summary>The executable <c>pscontainer</c>, and where everything lies that it is to work on.</summary>
/// <param name="Path">The file.</param>
public sealed record Executable(string Path, StorageRoot Storage)
{
    /// <summary>Starts it; its answer (<see cref="SupervisorReply"/>) comes by descriptor 3.</summary>
    /// <param name="line">The verb and all that follows.</param>
    /// <inheritdoc cref="ExecutableFile.Start"/>
    internal int Start(ReadOnlySpan<string> line, IReadOnlyList<string> environment, ReadOnlySpan<int> descriptors, bool ownSession)
        => ExecutableFile.Start(Path, [Path, "--data", Storage.Data, "--run", Storage.Run, "--reply", "3", .. line], environment, descriptors, ownSession);
}
