using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;

namespace PSContainer.Engine.Images;

/// <summary>An image that is in the store: a manifest, and all the names it goes by.</summary>
public sealed record StoredImage(Descriptor Descriptor, ImageManifest Manifest, ImageConfig Config, IReadOnlyList<ImageReference> Names)
{
    /// <summary>The digest of its configuration, as docker and podman call images.</summary>
    public Digest Id => Manifest.Config.Digest;

    /// <summary>Its first name, else its short id.</summary>
    public string Name => Names.Count > 0 ? Names[0].ShortName : Id.Short;
}
