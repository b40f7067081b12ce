using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>A path in a layer: relative to its root, without empty parts, "." and "..".</summary>
/// <param name="Parent">The folder that holds it; empty for the root.</param>
/// <param name="Leaf">Its name there; empty for the root itself.</param>
internal readonly record struct LayerPath(PathBytes Parent, PathBytes Leaf)
{
    public bool IsRoot => Leaf.IsEmpty;

    public PathBytes Whole => Parent.Combine(Leaf.Span);

    /// <summary>
    /// Cleans a name from an archive. An absolute one is taken as relative to the layer, as docker does; ".." takes a part back, as it does in
    /// docker, and may not climb out.
    /// </summary>
    /// <exception cref="EngineException">LayerEntryRefused.</exception>
    public static LayerPath Parse(PathBytes name)
    {
        Span<byte> clean = name.Length <= 512 ? stackalloc byte[name.Length + 1] : new byte[name.Length + 1];
        int length = 0;
        ReadOnlySpan<byte> rest = name.Span;
        while (!rest.IsEmpty)
        {
            int slash = rest.IndexOf((byte)'/');
            ReadOnlySpan<byte> part = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? default : rest[(slash + 1)..];
            if (part.IsEmpty || part.SequenceEqual("."u8)) continue;
            if (part.SequenceEqual(".."u8))
            {
                if (length == 0) throw LayerError.Refused(name, "its path leads out of the layer");
                length = Math.Max(0, clean[..length].LastIndexOf((byte)'/'));
                continue;
            }
            if (part.Length > 255) throw LayerError.Refused(name, "a part of its path is longer than the 255 bytes that Linux allows");
            if (length > 0) clean[length++] = (byte)'/';
            part.CopyTo(clean[length..]);
            length += part.Length;
        }
        ReadOnlySpan<byte> path = clean[..length];
        int last = path.LastIndexOf((byte)'/');
        return last < 0 ? new LayerPath(default, new PathBytes(path)) : new LayerPath(new PathBytes(path[..last]), new PathBytes(path[(last + 1)..]));
    }
}
