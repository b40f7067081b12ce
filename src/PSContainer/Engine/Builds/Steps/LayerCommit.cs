using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Images;
using PSContainer.Engine.Layers;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Builds.Steps;

/// <summary>Makes a layer of what a step changed, and puts it into the store.</summary>
internal sealed class LayerCommit(ImageStore images, DateTimeOffset? epoch)
{
    /// <param name="upper">As overlayfs keeps it; nobody writes to it any more.</param>
    /// <returns>null where nothing was changed.</returns>
    public BuiltLayer? Commit(string upper, CancellationToken cancelled)
    {
        if (epoch is { } latest) Clamp(upper, latest.ToUnixTimeSeconds());
        PackedLayer packed = LayerPacker.Pack(images.Blobs, [upper], TreeKind.Layer, LayerCompression.Gzip, cancelled);
        if (packed.Entries == 0) return null;
        using FileStream blob = images.Blobs.Open(packed.Blob.Digest);
        images.Layers.Unpack(blob, packed.Blob, packed.DiffId, null, cancelled);
        return new BuiltLayer(packed.DiffId, packed.Blob, epoch ?? DateTimeOffset.UtcNow);
    }

    // Nothing may be younger than the build says that it is (reproducible-builds.org/docs/source-date-epoch).
    private static void Clamp(string upper, long latest)
    {
        int root = Files.Open(upper, OpenFlags.Path | OpenFlags.Directory);
        using var tree = new SourceTree(root, IgnorePatterns.None, isContext: false);
        foreach (SourceEntry entry in Enumerable.Reverse(tree.List(root, "", IgnorePatterns.None)))
        {
            if (entry.Path.IsEmpty || entry.Status.Modified.Seconds < latest) continue;
            int slash = entry.Path.Span.LastIndexOf((byte)'/');
            int folder = SourceTree.Open(root, slash < 0 ? "." : new PathBytes(entry.Path.Span[..slash]), OpenFlags.ReadOnly | OpenFlags.Directory);
            FolderCalls.SetTime(folder, new PathBytes(entry.Path.Span[(slash + 1)..]), latest, 0);
            Files.Close(folder);
        }
    }
}
