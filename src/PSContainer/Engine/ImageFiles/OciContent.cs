using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;

namespace PSContainer.Engine.ImageFiles;

/// <summary>The images of an OCI layout (image-spec image-layout.md), in a folder or an archive.</summary>
internal static class OciContent
{
    public const string IndexName = "index.json", MarkName = "oci-layout";

    /// <exception cref="EngineException">ManifestInvalid, ArchiveInvalid, BlobCorrupt, DigestInvalid, PlatformMissing, ImageNameInvalid.</exception>
    public static IReadOnlyList<ArchivedImage> Read(ArchiveFiles files)
    {
        var images = new List<ArchivedImage>();
        // Several entries of one name are one image for several platforms, which some tools list in place of an index of their own.
        foreach (IGrouping<string, Descriptor> entries in ImageIndex.Parse(files.Read(IndexName)).Manifests.Where(IsImage).GroupBy(entry => NameOf(entry) ?? entry.Digest.ToString()))
        {
            Descriptor chosen = entries.Count() > 1 && entries.All(entry => entry.Platform is not null) ? ForHere([.. entries]) : entries.Last();
            images.Add(Image(files, chosen, NameOf(chosen)));
        }
        // Several names of one image are one image.
        return [.. images.GroupBy(image => Digest.Of(image.Manifest)).Select(same => same.First() with { Names = [.. same.SelectMany(image => image.Names)] })];
    }

    private static ArchivedImage Image(ArchiveFiles files, Descriptor entry, string? name)
    {
        const int deepest = 4;
        for (int depth = 0; MediaType.IsIndex(entry.MediaType) && depth < deepest; depth++)
            entry = ForHere(ImageIndex.Parse(files.Read(entry), entry.MediaType).Manifests);
        byte[] bytes = files.Read(entry);
        var manifest = ImageManifest.Parse(bytes, entry.MediaType);
        byte[] config = files.Read(manifest.Config);
        IReadOnlyList<Digest> diffIds = ImageConfig.Parse(config).DiffIds;
        if (diffIds.Count != manifest.Layers.Count) throw LayersDiffer(manifest.Layers.Count, diffIds.Count);
        return new ArchivedImage(name is null ? [] : [name], entry.MediaType, bytes, config,
            [.. manifest.Layers.Zip(diffIds, (layer, diffId) => new ArchivedLayer(ArchiveFiles.BlobName(layer.Digest), layer, diffId))]);
    }

    public static EngineException LayersDiffer(int layers, int contents)
        => new("ManifestInvalid", Reason.Corrupt, $"This is no image that can be used: it lists {layers} layers and names the contents of {contents}.", "Ask its maker for a new one.");

    private static Descriptor ForHere(IReadOnlyList<Descriptor> manifests)
        => new ImageIndex(manifests).ForHere() ?? (manifests is [var only] && IsImage(only) ? only : null)
        ?? throw new EngineException("PlatformMissing", Reason.NotFound,
            $"The image is not there for {Platform.Here}; it is for {string.Join(", ", manifests.Where(IsImage).Select(manifest => manifest.Platform?.ToString() ?? "an unnamed platform"))}.",
            "Use an image that was built for this machine.");

    // BuildKit puts statements about an image beside it, for a platform "unknown/unknown".
    private static bool IsImage(Descriptor entry) => entry.Platform is not { Os: "unknown" };

    private static string? NameOf(Descriptor entry)
        => entry.Annotations.GetValueOrDefault(Descriptor.ContainerdName) ?? entry.Annotations.GetValueOrDefault(Descriptor.RefName);
}
