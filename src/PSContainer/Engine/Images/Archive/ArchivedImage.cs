namespace PSContainer.Engine.Images;

/// <summary>An image in an archive: what would be registered, and which of the archive's files are its layers.</summary>
/// <param name="Names">None where the archive has none for it.</param>
/// <param name="Manifest">Its bytes, as they stand in the archive or were made for it.</param>
/// <param name="Config">The configuration's bytes; their digest is the image's id.</param>
internal sealed record ArchivedImage(IReadOnlyList<ImageReference> Names, string ManifestType, byte[] Manifest, byte[] Config, IReadOnlyList<ArchivedLayer> Layers)
{
    public Digest Id => Digest.Of(Config);
}

/// <summary>A layer in an archive.</summary>
/// <param name="File">Its name there.</param>
/// <param name="Blob">What the file must be.</param>
/// <param name="DiffId">What it must unpack to.</param>
internal sealed record ArchivedLayer(string File, Descriptor Blob, Digest DiffId);
