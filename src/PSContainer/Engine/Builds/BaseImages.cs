using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Images;
using PSContainer.Engine.Registry;

namespace PSContainer.Engine.Builds;

/// <summary>The images that FROM and COPY --from name, each looked up once a build.</summary>
internal sealed class BaseImages(ImageStore store, ImageSource? source, bool pull)
{
    private readonly Dictionary<string, StoredImage> _found = [];

    /// <summary>One that is here; null where it would have to be brought in.</summary>
    public StoredImage? Find(string name) => _found.GetValueOrDefault(name) ?? store.Find(name);

    /// <exception cref="EngineException">ImageNotFound, ImageNameInvalid, PlatformMissing, and those of the source.</exception>
    public StoredImage Get(Place place, string name, CancellationToken cancelled) => place.Located(() =>
    {
        if (_found.TryGetValue(name, out StoredImage? known)) return known;
        StoredImage image = source?.GetOrPull(name, pull ? PullPolicy.Always : PullPolicy.Missing, cancel: cancelled) ?? store.Get(name);
        if (!image.Config.Platform.IsHere)
            throw new EngineException("PlatformMissing", Reason.NotSupported, $"The image '{image.Name}' is for {image.Config.Platform}; this machine is {Platform.Here}.", "Name an image for this machine.");
        return _found[name] = image;
    });

    /// <summary>A stage that begins with the image.</summary>
    public static StageState Begin(StoredImage image, DateTimeOffset? epoch)
        => new(image.Config, image.Config.DiffIds.Zip(image.Manifest.Layers, (diffId, blob) => new BuiltLayer(diffId, AsOci(blob), image.Config.Created ?? DateTimeOffset.UnixEpoch)), epoch);

    // What is built has an OCI manifest, whose layers have OCI's names for what they are.
    private static Descriptor AsOci(Descriptor layer) => layer.MediaType switch
    {
        MediaType.DockerLayer => layer with { MediaType = MediaType.Layer },
        MediaType.DockerLayerGzip => layer with { MediaType = MediaType.LayerGzip },
        _ => layer,
    };
}
