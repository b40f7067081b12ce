using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Registry;

/// <summary>An image as it is in a registry now.</summary>
/// <param name="Name">The whole name, as it can be asked for from anywhere.</param>
/// <param name="Digest">The manifest's: NAME@DIGEST is this image and no other, whatever becomes of the tag.</param>
/// <param name="Size">Bytes of all its blobs, as they travel.</param>
/// <param name="BytesSent">Of them, what the registry did not have.</param>
public sealed record SubmittedImage(string Name, string Digest, long Size, long BytesSent)
{
    public override string ToString() => Name;
}

/// <summary>Sends an image to a registry: what is there already is not sent, and the manifest goes last, so nobody ever gets a half.</summary>
public sealed class ImagePush(ImageStore store, RegistryOptions options)
{
    private const int BlobsAtOnce = 4;

    /// <param name="destination">The registry, the repository and the tag.</param>
    /// <exception cref="EngineException">ImageNameInvalid (another image's digest), BlobMissing, BlobCorrupt, and those of any exchange with a registry.</exception>
    public async Task<SubmittedImage> Run(StoredImage image, ImageReference destination, IProgress<LayerProgress>? progress, CancellationToken cancel)
    {
        if (destination.Digest is { } digest && digest != image.Descriptor.Digest)
            throw new EngineException("ImageNameInvalid", Reason.InvalidInput, $"{image.Name} can't be sent as '{destination}': its digest is {image.Descriptor.Digest}.", "Give a tag, or that digest.");
        using FileLock reading = store.Adding(cancel); // nothing is swept away meanwhile
        using var client = new RegistryClient(destination, options, push: true);
        byte[] manifest = store.Blobs.Read(image.Descriptor);
        Descriptor[] blobs = [.. image.Manifest.Layers.Prepend(image.Manifest.Config).DistinctBy(blob => blob.Digest)];
        ILookup<Digest, string> elsewhere = Elsewhere(destination);
        foreach (Descriptor blob in blobs) progress?.Report(new LayerProgress(blob.Digest, 0, blob.Size, LayerPhase.Waiting));
        long sent = 0;
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = BlobsAtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(blobs, atOnce, async (blob, ended) =>
        {
            void Tell(LayerPhase phase, long done) => progress?.Report(new LayerProgress(blob.Digest, done, blob.Size, phase));
            if (!await client.Has(blob, ended)
                && await client.Upload(blob, () => store.Blobs.Open(blob.Digest), elsewhere[blob.Digest], done => Tell(LayerPhase.Uploading, done), ended))
                Interlocked.Add(ref sent, blob.Size);
            Tell(LayerPhase.Done, blob.Size);
        });
        await client.PutManifest(image.Descriptor, manifest, destination.Tag ?? image.Descriptor.Digest.ToString(), cancel);
        return new SubmittedImage(destination.FullName, image.Descriptor.Digest.ToString(), blobs.Sum(blob => blob.Size) + manifest.Length, sent + manifest.Length);
    }

    // Repositories of the same registry that should have a blob, since an image here bears their name: the registry then links it over.
    private ILookup<Digest, string> Elsewhere(ImageReference destination)
        => (from image in store.All()
            from name in image.Names
            where name.Registry == destination.Registry && name.Repository != destination.Repository
            from layer in image.Manifest.Layers
            select (layer.Digest, name.Repository)).Distinct().ToLookup(pair => pair.Digest, pair => pair.Repository);
}
