using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.ImageFiles;

/// <summary>Makes an image of one layer from a root file system, such as debootstrap, "docker export" and "tar" give.</summary>
internal sealed class RootFsImport(ImageStore store, ImageConfig config, IProgress<LayerProgress>? progress)
{
    public StoredImage Import(ArchiveSource source, IReadOnlyList<ImageReference> names, CancellationToken cancelled)
    {
        (Descriptor blob, Digest diffId) = source.RootFs is { } archive ? OfArchive(archive, cancelled) : OfFolder(source.Path, cancelled);
        return Register(blob, diffId, source.Path, names);
    }

    // The archive stays compressed, or not, as it came, and is unpacked in the same pass.
    private (Descriptor, Digest) OfArchive(Stream archive, CancellationToken cancelled)
    {
        using BlobIngest kept = store.Blobs.Make();
        using var tee = new TeeStream(archive, kept, cancelled);
        Layer layer = store.Layers.Unpack(tee, null, null, progress, cancelled);
        tee.Drain();
        Digest digest = kept.Finish();
        return (new Descriptor(TypeOf(digest), digest, kept.Position), layer.DiffId);
    }

    private (Descriptor, Digest) OfFolder(string folder, CancellationToken cancelled)
    {
        PackedLayer packed = LayerPacker.Pack(store.Blobs, [folder], TreeKind.Plain, LayerCompression.None, cancelled);
        using FileStream archive = store.Blobs.Open(packed.Blob.Digest);
        store.Layers.Unpack(archive, packed.Blob, packed.DiffId, progress, cancelled);
        return (packed.Blob, packed.DiffId);
    }

    private StoredImage Register(Descriptor blob, Digest diffId, string path, IReadOnlyList<ImageReference> names)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        ImageConfig whole = config with
        {
            Created = now,
            DiffIds = [diffId],
            History = [new HistoryEntry { Created = now, CreatedBy = "Import-ContainerImage", Comment = $"Imported from {Printable.Of(Path.GetFileName(Path.GetFullPath(path)))}" }],
        };
        return store.Add(whole, [blob], names);
    }

    private string TypeOf(Digest digest)
    {
        using FileStream blob = store.Blobs.Open(digest);
        var head = new byte[6];
        return MediaType.OfLayer(Decompression.Detect(head.AsSpan(0, blob.ReadAtLeast(head, head.Length, throwOnEndOfStream: false))));
    }
}
