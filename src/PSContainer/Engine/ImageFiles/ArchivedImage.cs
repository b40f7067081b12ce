using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;

namespace PSContainer.Engine.ImageFiles;

/// <summary>An image in an archive: what would be registered, and which of the archive's files are its layers.</summary>
/// <param name="Names">As they stand in the archive, where anything may stand; none where it has none for it.</param>
/// <param name="Manifest">Its bytes, as they stand in the archive or were made for it.</param>
/// <param name="Config">The configuration's bytes; their digest is the image's id.</param>
internal sealed record ArchivedImage(IReadOnlyList<string> Names, string ManifestType, byte[] Manifest, byte[] Config, IReadOnlyList<ArchivedLayer> Layers)
{
    public Digest Id => Digest.Of(Config);

    /// <summary>The names that it would get here.</summary>
    /// <exception cref="EngineException">ImageNameInvalid, DigestInvalid.</exception>
    public IReadOnlyList<ImageReference> References => [.. Names.Select(ImageReference.Parse)];

    public bool HasName(ImageReference name) => Names.Any(own => ImageReference.TryParse(own)?.FullName == name.FullName);
}

/// <summary>A layer in an archive.</summary>
/// <param name="File">Its name there.</param>
/// <param name="Blob">What the file must be.</param>
/// <param name="DiffId">What it must unpack to.</param>
internal sealed record ArchivedLayer(string File, Descriptor Blob, Digest DiffId);
