using System.Runtime.ExceptionServices;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.ImageFiles;

/// <summary>
/// Brings images into the store from archives, layouts, root file systems. Every layer is verified while it is unpacked, and an image is registered
/// when all of it is there: what is cut off leaves parts that the next attempt uses, or a sweep clears.
/// </summary>
public sealed class ImageImport(ImageStore store)
{
    /// <summary>What containers of a root file system run; an archive of images says that itself.</summary>
    public ImageSettings? RootFs { get; init; }

    /// <summary>Told of each layer as it comes.</summary>
    public IProgress<LayerProgress>? Progress { get; init; }

    /// <summary>Imports all the images of a file or folder, or those that are named.</summary>
    /// <param name="path">What kind of thing it is, is found out by looking in.</param>
    /// <param name="names">Images of the archive; or, where there is but one, what it is to be called.</param>
    /// <exception cref="EngineException">ArchiveNotFound, ArchiveInvalid, ArchiveTruncated, ManifestInvalid, BlobCorrupt, LayerCorrupt, LayerEntryRefused, ImageNotFound, PlatformMissing,
    /// ImageNameInvalid, ImageHasConfiguration, StorageFull.</exception>
    public IReadOnlyList<StoredImage> Import(string path, IReadOnlyList<ImageReference> names, CancellationToken cancelled)
    {
        using FileLock adding = store.Adding(cancelled);
        using ArchiveSource source = ArchiveSource.Open(path, store.Blobs, cancelled);
        if (source.Images is not { } images) return [new RootFsImport(store, (RootFs ?? new ImageSettings()).ApplyTo(new ImageConfig()), Progress).Import(source, names, cancelled)];
        if (RootFs is not null)
            throw new EngineException("ImageHasConfiguration", Reason.InvalidInput, $"'{Printable.Of(path)}' holds images, which have configurations of their own.", "Import it without one, and give New-Container what should be otherwise.");
        (ArchivedImage Image, IReadOnlyList<ImageReference> Names)[] chosen = [.. Choose(images, names, path)];
        Bring([.. chosen.SelectMany(pair => pair.Image.Layers).DistinctBy(layer => (layer.Blob.Digest, layer.DiffId))], source.Files, cancelled);
        return [.. chosen.Select(pair => Register(pair.Image, pair.Names))];
    }

    private StoredImage Register(ArchivedImage image, IReadOnlyList<ImageReference> names)
    {
        store.Blobs.Add(MediaType.Config, image.Config);
        return store.Register(store.Blobs.Add(image.ManifestType, image.Manifest), names);
    }

    private static IEnumerable<(ArchivedImage, IReadOnlyList<ImageReference>)> Choose(IReadOnlyList<ArchivedImage> images, IReadOnlyList<ImageReference> names, string path)
    {
        if (images.Count == 0) throw ArchiveError.NoImage(path);
        if (names.Count == 0) return images.Select(image => (image, image.References));
        var chosen = new Dictionary<ArchivedImage, List<ImageReference>>();
        foreach (ImageReference name in names)
        {
            ArchivedImage image = images.FirstOrDefault(image => image.HasName(name))
                ?? (images is [var only] ? only : throw NotThere(name, images, path));
            if (!chosen.TryGetValue(image, out List<ImageReference>? its)) chosen[image] = its = [];
            its.Add(name);
        }
        return chosen.Select(pair => (pair.Key, (IReadOnlyList<ImageReference>)pair.Value));
    }

    // The larger layers first, so that none of them is left over at the end, when one thread would work alone.
    private void Bring(IReadOnlyList<ArchivedLayer> layers, ArchiveFiles files, CancellationToken cancelled)
    {
        ExceptionDispatchInfo? first = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        Parallel.ForEach(layers.OrderByDescending(layer => layer.Blob.Size), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, layer =>
        {
            if (stop.IsCancellationRequested) return;
            try
            {
                Bring(layer, files, stop.Token);
            }
            catch (Exception failure)
            {
                // The others end because of it, and are not what went wrong.
                Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(failure), null);
                stop.Cancel();
            }
        });
        first?.Throw();
        cancelled.ThrowIfCancellationRequested();
    }

    private void Bring(ArchivedLayer layer, ArchiveFiles files, CancellationToken cancelled)
    {
        if (store.Blobs.Has(layer.Blob) && store.Layers.Has(layer.DiffId)) return;
        using Stream file = files.Open(layer.File);
        if (file.Length != layer.Blob.Size) throw BlobStore.Corrupt(layer.Blob, $"it has {file.Length} bytes, not {layer.Blob.Size}");
        using BlobIngest kept = store.Blobs.Bring(layer.Blob, cancelled);
        using var tee = new TeeStream(file, kept, cancelled);
        try
        {
            // A beginning is of use to a download only: here all of it comes again anyway.
            kept.StartOver();
            store.Layers.Unpack(tee, layer.Blob, layer.DiffId, Progress, cancelled);
            tee.Drain();
            kept.Finish();
        }
        catch
        {
            kept.StartOver();
            throw;
        }
    }

    private static EngineException NotThere(ImageReference name, IReadOnlyList<ArchivedImage> images, string path)
        => new("ImageNotFound", Reason.NotFound, $"'{Printable.Of(path)}' has no image '{name}'.",
            $"It has {string.Join(", ", images.Select(image => image.Names.Count > 0 ? string.Join(", ", image.Names.Select(own => Printable.Of(own))) : image.Id.Short))}.");
}
