using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>What a name in a layer says about the layers below (OCI image-spec layer.md, "Whiteouts").</summary>
internal enum WhiteoutKind
{
    /// <summary>Nothing: it is a file like others.</summary>
    None,
    /// <summary>".wh.NAME": NAME is gone.</summary>
    Name,
    /// <summary>".wh..wh..opq": all of this folder is gone.</summary>
    Opaque,
    /// <summary>Other ".wh..wh." names: aufs's own book-keeping, which some old images hold.</summary>
    Bookkeeping,
}

/// <summary>Whiteouts: as names in archives, and as overlayfs has them (Documentation/filesystems/overlayfs.rst).</summary>
internal static class Whiteout
{
    public static readonly PathBytes OpaqueAttribute = "trusted.overlay.opaque";
    public static readonly PathBytes OpaqueName = ".wh..wh..opq";

    public static ReadOnlySpan<byte> Prefix => ".wh."u8;

    private static ReadOnlySpan<byte> BookkeepingPrefix => ".wh..wh."u8;

    /// <param name="leaf">The last part of an entry's path.</param>
    /// <param name="name">The name that is gone.</param>
    /// <exception cref="EngineException">LayerEntryRefused: it hides nothing, or the folder it stands in.</exception>
    public static WhiteoutKind Parse(PathBytes leaf, out PathBytes name)
    {
        name = default;
        ReadOnlySpan<byte> text = leaf.Span;
        if (!text.StartsWith(Prefix)) return WhiteoutKind.None;
        if (leaf.Equals(OpaqueName)) return WhiteoutKind.Opaque;
        if (text.StartsWith(BookkeepingPrefix)) return WhiteoutKind.Bookkeeping;
        name = new PathBytes(text[Prefix.Length..]);
        if (name.IsEmpty || name.Equals(".") || name.Equals("..")) throw LayerError.Refused(leaf, "a whiteout has to name what it hides");
        return WhiteoutKind.Name;
    }
}
