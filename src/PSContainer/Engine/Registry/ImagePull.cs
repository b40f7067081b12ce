using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Records;
using PSContainer.Engine.Registry.Transfer;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Registry;

/// <summary>
/// Brings an image from its registry: several layers at once, each unpacked while it comes. The image is in the index only when all of it is
/// here; what an attempt that was cut off has left is gone on with by the next one.
/// </summary>
public sealed class ImagePull(ImageStore store, RegistryOptions options)
{
    private const int LayersAtOnce = 4;

    /// <exception cref="EngineException">ImageNotInRegistry, PlatformMissing, ManifestInvalid, BlobCorrupt, LayerCorrupt, StorageFull, and whatever else a
    /// registry, a layer or a disk may fail with.</exception>
    public async Task<StoredImage> Run(ImageReference image, IProgress<LayerProgress>? progress, CancellationToken cancel)
    {
        using FileLock adding = store.Adding(cancel);
        using var client = new RegistryClient(image, options);
        (Descriptor found, byte[] content) = await client.Manifest(image.Digest?.ToString() ?? image.Tag!, cancel);
        if (MediaType.IsIndex(found.MediaType)) (found, content) = await client.Manifest(ForHere(image, ImageIndex.Parse(content, found.MediaType)), cancel);
        ImageManifest manifest = ImageManifest.Parse(content, found.MediaType);
        ImageConfig config = await Config(client, manifest.Config, cancel);
        if (!config.Platform.IsHere) throw PlatformMissing(image, [config.Platform]);
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw new EngineException("ManifestInvalid", Reason.Corrupt, $"{image} is no image that can be used: it lists {manifest.Layers.Count} layers and names the contents of {config.DiffIds.Count}.", "Ask its maker for a new one.");

        LayerFetch[] layers = [.. manifest.Layers.Zip(config.DiffIds).DistinctBy(layer => layer.First.Digest).Select(layer => new LayerFetch(store, client, layer.First, layer.Second, progress))];
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = LayersAtOnce, CancellationToken = cancel };
        try
        {
            await Parallel.ForEachAsync(layers, atOnce, async (layer, ended) => await layer.Run(ended));
        }
        catch (EngineException full) when (full.Id == "StorageFull")
        {
            foreach (LayerFetch layer in layers) layer.Discard();
            throw;
        }
        store.Blobs.Add(found.MediaType, content);
        return store.Register(found, image);
    }

    private async Task<ImageConfig> Config(RegistryClient client, Descriptor config, CancellationToken cancel)
    {
        BlobStore.CheckSmall(config);
        using BlobIngest ingest = store.Blobs.Bring(config, cancel);
        if (!ingest.IsThere) await client.Download(config, ingest, _ => { }, cancel);
        ingest.Finish();
        return ImageConfig.Parse(store.Blobs.Read(config));
    }

    private static Descriptor ForHere(ImageReference image, ImageIndex index)
        => index.ForHere() ?? throw PlatformMissing(image, index.Manifests.Select(manifest => manifest.Platform).OfType<Platform>());

    private static EngineException PlatformMissing(ImageReference image, IEnumerable<Platform> there)
    {
        // An attestation's platform is "unknown/unknown".
        string list = string.Join(", ", there.Select(platform => Printable.Of(platform.ToString())).Where(name => !name.StartsWith("unknown", StringComparison.Ordinal)).Distinct().Take(20));
        return new EngineException("PlatformMissing", Reason.NotSupported, $"{image} is not made for {Platform.Here}, but for {(list.Length > 0 ? list : "nothing that it names")}.",
            "Look for a tag that is made for this machine, or ask its maker for one.");
    }
}
