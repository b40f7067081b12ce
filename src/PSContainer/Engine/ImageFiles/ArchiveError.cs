using PSContainer.Engine.Blobs;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.ImageFiles;

/// <summary>What can be wrong with an image archive as a whole.</summary>
internal static class ArchiveError
{
    private const string Advice = "Make it anew with Export-ContainerImage, 'docker save', 'podman save' or 'skopeo copy'.";

    public static EngineException Missing(string name)
        => new("ArchiveInvalid", Reason.Corrupt, $"'{Printable.Of(name)}' is missing in the image archive.", Advice);

    public static EngineException TooLarge(string name, long size)
        => new("ManifestInvalid", Reason.Corrupt, $"This is no image that can be used: '{Printable.Of(name)}' has {size} bytes, more than {BlobStore.LongestJson}.", Advice);

    public static EngineException NoImage(string path)
        => new("ArchiveInvalid", Reason.Corrupt, $"'{Printable.Of(path)}' has the blobs of an image and no manifest: neither index.json nor manifest.json.", Advice);
}
