using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Archives.Tar;

/// <summary>One entry of an archive, as it stands there: nothing in it has been checked against a file system.</summary>
public sealed record TarEntry
{
    public required TarType Type { get; init; }

    /// <summary>The path, which may be absolute, climb, or hold anything but a zero byte.</summary>
    public required PathBytes Name { get; init; }

    /// <summary>What a link leads to.</summary>
    public PathBytes Link { get; init; }

    /// <summary>Permissions, set-user-ID, set-group-ID and sticky: twelve bits.</summary>
    public uint Mode { get; init; }

    public uint User { get; init; }

    public uint Group { get; init; }

    /// <summary>Bytes of content that follow; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>Seconds since 1970; before it negative.</summary>
    public long Modified { get; init; }

    public uint ModifiedNanoseconds { get; init; }

    /// <summary>Of a device.</summary>
    public uint Major { get; init; }

    /// <inheritdoc cref="Major"/>
    public uint Minor { get; init; }

    /// <summary>Extended attributes (SCHILY.xattr.*), in the order in which they came.</summary>
    public IReadOnlyList<ExtendedAttribute> Attributes { get; init; } = [];
}
