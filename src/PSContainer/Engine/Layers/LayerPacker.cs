using System.IO.Compression;
using System.Security.Cryptography;
using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Archives.Tar;
using PSContainer.Engine.Blobs;

namespace PSContainer.Engine.Layers;

/// <summary>A layer that was made here.</summary>
/// <param name="Blob">Its archive, in the store of blobs.</param>
/// <param name="DiffId">The digest of the plain archive.</param>
/// <param name="Size">Bytes of all files' content.</param>
/// <param name="Entries">How many entries the archive has; none where nothing has changed.</param>
public sealed record PackedLayer(Descriptor Blob, Digest DiffId, long Size, int Entries);

/// <summary>Makes archives of directories: layers of what a container has changed, and whole trees.</summary>
public static class LayerPacker
{
    /// <summary>Packs directories into a blob of the store.</summary>
    /// <param name="folders">One; for <see cref="TreeKind.Merged"/> all of an overlay's, the topmost first.</param>
    /// <param name="latest">The latest time that an entry may have, as SOURCE_DATE_EPOCH wants it; null leaves all as they are.</param>
    /// <exception cref="EngineException">LayerNotPackable, ZstdMissing.</exception>
    /// <exception cref="Kernel.KernelException"/>
    public static PackedLayer Pack(BlobStore blobs, IReadOnlyList<string> folders, TreeKind kind, LayerCompression compression = LayerCompression.Gzip, CancellationToken cancellation = default,
        DateTimeOffset? latest = null)
    {
        using BlobIngest blob = blobs.Make();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long size;
        int entries;
        using (Stream compressed = Compress(blob, compression))
        {
            var tree = WriteTree(new HashedStream(compressed, hash), folders, kind, latest, cancellation);
            (size, entries) = (tree.Size, tree.Entries);
        }
        long length = blob.Length;
        return new PackedLayer(new Descriptor(MediaType.OfLayer(compression), blob.Finish(), length), Digest.FromHash(hash.GetHashAndReset()), size, entries);
    }

    /// <summary>Writes directories as a plain archive.</summary>
    /// <inheritdoc cref="Pack"/>
    public static void Write(Stream target, IReadOnlyList<string> folders, TreeKind kind, CancellationToken cancellation = default) => WriteTree(target, folders, kind, null, cancellation);

    private static TreeWriter WriteTree(Stream target, IReadOnlyList<string> folders, TreeKind kind, DateTimeOffset? latest, CancellationToken cancellation)
    {
        using var buffered = new BufferedStream(new Kept(target), 256 * 1024);
        var writer = new TarWriter(buffered);
        var tree = new TreeWriter(writer, kind, latest, cancellation);
        tree.Write(folders);
        writer.Finish();
        return tree;
    }

    private static Stream Compress(Stream target, LayerCompression compression) => compression switch
    {
        LayerCompression.Gzip => new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true),
        LayerCompression.Zstd => new ZstdWriteStream(target),
        _ => new Kept(target),
    };
}
