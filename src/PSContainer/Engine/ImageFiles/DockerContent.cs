using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.ImageFiles;

/// <summary>
/// The images of a docker archive ("docker save", "podman save"): manifest.json names configurations and layers by the archive's own files.
/// There are no digests of layers in it, but the configuration has those of their contents, and its own is the image's id.
/// </summary>
internal static class DockerContent
{
    public const string ManifestName = "manifest.json";

    /// <exception cref="EngineException">ManifestInvalid, ArchiveInvalid, BlobCorrupt.</exception>
    public static IReadOnlyList<ArchivedImage> Read(ArchiveFiles files, CancellationToken cancelled)
        => [.. Entries(files.Read(ManifestName)).Select(entry => Image(files, entry, cancelled))];

    /// <summary>Whether it is that, and not some other file of this name.</summary>
    public static bool IsManifest(ArchiveFiles files)
    {
        try
        {
            return files.TryRead(ManifestName) is { } bytes && Entries(bytes).Count > 0;
        }
        catch (EngineException)
        {
            return false;
        }
    }

    private sealed record Entry(string Config, IReadOnlyList<string> Names, IReadOnlyList<string> Layers);

    // [{"Config":"<id>.json","RepoTags":["app:1"],"Layers":["<id>/layer.tar"]}]
    private static List<Entry> Entries(byte[] bytes)
    {
        // An array at the top, where all other such files have an object.
        byte[] wrapped = [.. "{\"images\":"u8, .. bytes, (byte)'}'];
        return [.. ManifestJson.Parse(wrapped, json => json.List("images", image => new Entry(image.RequiredText("Config"), image.Strings("RepoTags"), image.Strings("Layers"))))];
    }

    private static ArchivedImage Image(ArchiveFiles files, Entry entry, CancellationToken cancelled)
    {
        byte[] bytes = files.Read(entry.Config);
        CheckName(entry.Config, bytes);
        var config = ImageConfig.Parse(bytes);
        if (config.DiffIds.Count != entry.Layers.Count) throw OciContent.LayersDiffer(entry.Layers.Count, config.DiffIds.Count);
        ArchivedLayer[] layers = [.. entry.Layers.Zip(config.DiffIds, (file, diffId) => Layer(files, file, diffId, cancelled))];
        var manifest = new ImageManifest(Descriptor.Of(MediaType.Config, bytes), [.. layers.Select(layer => layer.Blob)]);
        return new ArchivedImage(entry.Names, manifest.Type, manifest.ToBytes(), bytes, layers);
    }

    // The file is mostly called by its digest; then it has to be that.
    private static void CheckName(string name, byte[] bytes)
    {
        string stem = name[(name.LastIndexOf('/') + 1)..].Replace(".json", "").Replace("sha256:", "");
        if (Digest.TryParse("sha256:" + stem, out Digest named) && named != Digest.Of(bytes)) throw BlobStore.Corrupt(new Descriptor(MediaType.Config, named, bytes.Length), "its content is another's");
    }

    // A plain layer's digest is that of its content, which is known; a compressed one's has to be found out.
    private static ArchivedLayer Layer(ArchiveFiles files, string file, Digest diffId, CancellationToken cancelled)
    {
        using Stream content = files.Open(file);
        var head = new byte[6];
        LayerCompression compression = Decompression.Detect(head.AsSpan(0, content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
        content.Position = 0;
        Digest digest = compression == LayerCompression.None ? diffId : Digest.Of(content, cancelled);
        return new ArchivedLayer(file, new Descriptor(MediaType.OfLayer(compression), digest, content.Length), diffId);
    }
}
