using PSContainer.Engine.Archives.Tar;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>
/// Layers unpacked, a folder a content, shared by all images and containers as the lower directories of their overlays. A layer is there whole, or
/// not at all: it is unpacked beside, and renamed once its digests were seen to be right.
/// </summary>
public sealed class LayerStore(StorageRoot root)
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Where a layer's files are, or would be.</summary>
    public string FolderOf(Digest diffId) => Path.Combine(HomeOf(diffId), "fs");

    public bool Has(Digest diffId) => Directory.Exists(FolderOf(diffId));

    /// <summary>Null where it is not here.</summary>
    /// <exception cref="EngineException">StateCorrupt.</exception>
    public Layer? Find(Digest diffId) => Layer.Read(HomeOf(diffId), FolderOf(diffId));

    public IEnumerable<Digest> All()
    {
        if (!Directory.Exists(root.Layers)) yield break;
        foreach (string folder in Directory.EnumerateDirectories(root.Layers))
            if (Digest.TryParse("sha256:" + Path.GetFileName(folder), out Digest digest)) yield return digest;
    }

    /// <summary>
    /// Unpacks a layer, unless it is here already; then nothing, or not all, of the stream is read. Of several who bring the same one, one
    /// unpacks and the others wait.
    /// </summary>
    /// <param name="blob">The archive: plain, or compressed with gzip or zstd. It has to end a read of its own accord when the cancellation is asked for.</param>
    /// <param name="expected">What the blob should be; null where nobody has said so.</param>
    /// <param name="diffId">What the plain archive should be; null where that is to be found out.</param>
    /// <exception cref="EngineException">BlobCorrupt, LayerCorrupt, LayerEntryRefused, ArchiveInvalid, ArchiveTruncated, ArchiveNotSupported, CompressionInvalid,
    /// CompressionNotSupported, ZstdMissing, StorageFull, PermissionDenied. Nothing is left of the layer.</exception>
    public Layer Unpack(Stream blob, Descriptor? expected, Digest? diffId, IProgress<LayerProgress>? progress = null, CancellationToken cancellation = default)
    {
        MakeFolder();
        ClearLeftovers();
        string name = diffId?.Hex ?? Path.GetRandomFileName();
        using LayerClaim? claim = LayerClaim.Take(Path.Combine(root.Layers, name + LayerClaim.Suffix), () => diffId is { } wanted && Has(wanted), cancellation);
        if (claim is null) return Find(diffId!.Value) ?? new Layer(diffId.Value, FolderOf(diffId.Value), 0, 0);
        Layer layer = Unpack(claim.Layer, blob, expected, diffId, progress, cancellation);
        return Keep(claim, layer);
    }

    /// <summary>Takes a layer away. Whoever calls has seen that no image and no container uses it.</summary>
    /// <returns>The bytes that its files had.</returns>
    public long Remove(Digest diffId)
    {
        if (!Has(diffId)) return 0;
        using LayerClaim? claim = LayerClaim.Take(HomeOf(diffId) + LayerClaim.Suffix, () => !Has(diffId), CancellationToken.None);
        if (claim is null) return 0;
        long size = Find(diffId)?.Size ?? 0;
        // Renamed first: half a layer is never in the store.
        Directory.Move(HomeOf(diffId), claim.Layer);
        return size;
    }

    /// <summary>Clears what killed unpackers left.</summary>
    /// <returns>How many folders went.</returns>
    public int ClearLeftovers()
        => Directory.Exists(root.Layers) ? Directory.EnumerateDirectories(root.Layers, "*" + LayerClaim.Suffix).Count(LayerClaim.TryClear) : 0;

    private string HomeOf(Digest diffId) => Path.Combine(root.Layers, diffId.Hex);

    private static Layer Unpack(string home, Stream source, Descriptor? expected, Digest? diffId, IProgress<LayerProgress>? progress, CancellationToken cancellation)
    {
        string files = Path.Combine(home, "fs");
        Directory.CreateDirectory(files);
        using var blob = new BlobReading(source, expected, progress);
        using var pipe = new LayerPipe(blob, cancellation);
        var archive = new TarReader(pipe);
        (long size, int entries) = LayerUnpacker.Unpack(archive, files, cancellation);
        Digest found = pipe.FinishDigest();
        if (diffId is { } wanted && found != wanted)
            throw new EngineException("LayerCorrupt", Reason.Corrupt, $"The layer {wanted} is not what it should be: it unpacks to {found}.", "The image is damaged, or made to do harm: don't use it.");
        // With no digest to tell, the mark at the end is what tells a whole archive.
        if (diffId is null && expected is null && !archive.IsEndMarked) throw TarError.Truncated(archive.Position);
        return new Layer(found, files, size, entries);
    }

    private Layer Keep(LayerClaim claim, Layer layer)
    {
        layer.Write(claim.Layer);
        layer = layer with { Folder = FolderOf(layer.DiffId) };
        Errno error = FolderCalls.Rename(Files.AtFdcwd, claim.Layer, Files.AtFdcwd, HomeOf(layer.DiffId));
        // One whose digest nobody knew beforehand may have come on another way meanwhile.
        if (error is not (Errno.None or Errno.ENOTEMPTY or Errno.EEXIST)) throw new KernelException("rename", error, HomeOf(layer.DiffId));
        return layer;
    }

    private void MakeFolder()
    {
        try
        {
            // Nobody else reaches the set-user-ID programs and devices of strangers.
            Directory.CreateDirectory(root.Layers, OwnersOnly);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{root.Layers}' can't be made.", "Run as root (sudo pwsh).", denied);
        }
    }
}
