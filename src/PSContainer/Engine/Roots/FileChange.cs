namespace PSContainer.Engine.Roots;

/// <summary>docker diff's A, C and D.</summary>
public enum FileChangeKind
{
    Added,
    Changed,
    Deleted,
}

/// <summary>How a path of a container differs from its image.</summary>
/// <param name="Kind">Added, changed or deleted.</param>
/// <param name="Path">Absolute, inside the container; bytes that are no text as \xNN.</param>
/// <param name="Type">What it is now; null where it is deleted.</param>
/// <param name="Size">Bytes of a file; null of everything else.</param>
public sealed record FileChange(FileChangeKind Kind, string Path, Kernel.FileKind? Type, long? Size)
{
    /// <summary>Whose path it is.</summary>
    public string ContainerName { get; init; } = "";
    public string ContainerId { get; init; } = "";

    public override string ToString() => Path;
}
