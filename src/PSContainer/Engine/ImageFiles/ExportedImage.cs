using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;

namespace PSContainer.Engine.ImageFiles;

/// <summary>An image that is to go out, by the names that it is to have there.</summary>
public sealed record ExportedImage(StoredImage Image, IReadOnlyList<ImageReference> Names)
{
    /// <summary>Its entries in an index.json: one a name, under both annotations that other tools look at.</summary>
    internal IEnumerable<Descriptor> Entries()
    {
        var bare = new Descriptor(Image.Descriptor.MediaType, Image.Descriptor.Digest, Image.Descriptor.Size) { Platform = Image.Config.Platform };
        return Names.Count == 0 ? [bare] : Names.Select(name => bare with
        {
            Annotations = new Dictionary<string, string> { [Descriptor.RefName] = name.FullName, [Descriptor.ContainerdName] = name.FullName },
        });
    }

    internal IEnumerable<Descriptor> Blobs() => [Image.Descriptor, Image.Manifest.Config, .. Image.Manifest.Layers];
}
