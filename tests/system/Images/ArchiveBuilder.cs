using System.Text;
using System.Text.Json;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Records;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>An image archive, file by file, good or bad.</summary>
internal sealed class ArchiveBuilder
{
    private readonly LayerTar _tar = new();
    private readonly string _folder = Machine.NewFolder();

    public static byte[] Config(params IReadOnlyList<byte[]> layers) => Config(null, layers);

    public static byte[] Config(string? architecture, params IReadOnlyList<byte[]> layers)
        => new ImageConfig { Platform = architecture is null ? Platform.Here : new Platform("linux", architecture), Cmd = ["sh"], DiffIds = [.. layers.Select(layer => Digest.Of(layer))] }.ToBytes();

    public ArchiveBuilder File(string name, byte[] content) => File(name, Encoding.Latin1.GetString(content));

    public ArchiveBuilder File(string name, string content)
    {
        _tar.File(name, content);
        return this;
    }

    public ArchiveBuilder Link(string name, string target)
    {
        _tar.Link(name, target);
        return this;
    }

    public Descriptor Blob(string mediaType, byte[] content)
    {
        var blob = Descriptor.Of(mediaType, content);
        File("blobs/sha256/" + blob.Digest.Hex, content);
        return blob;
    }

    /// <summary>An image of the layout, whose layers are the plain archives given.</summary>
    public Descriptor Image(byte[] config, params IReadOnlyList<Descriptor> layers)
        => Blob(MediaType.Manifest, new ImageManifest(Blob(MediaType.Config, config), layers).ToBytes());

    public ArchiveBuilder Index(params IReadOnlyList<Descriptor> entries)
        => File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", new ImageIndex(entries).ToBytes());

    public static Descriptor Named(Descriptor image, string name) => image with { Annotations = new Dictionary<string, string> { [Descriptor.RefName] = name } };

    public ArchiveBuilder Manifest(params IReadOnlyList<(string Config, string[] Names, string[] Layers)> images)
        => File("manifest.json", "[" + string.Join(',', images.Select(image => Encoding.UTF8.GetString(JsonFile.Bytes(json =>
        {
            json.WriteString("Config", image.Config);
            json.WritePropertyName("RepoTags");
            JsonSerializer.Serialize(json, image.Names);
            json.WritePropertyName("Layers");
            JsonSerializer.Serialize(json, image.Layers);
        })))) + "]");

    /// <summary>The archive as a file.</summary>
    public string End(Func<byte[], byte[]>? change = null)
    {
        string path = Path.Combine(_folder, "image.tar");
        byte[] bytes = _tar.End();
        global::System.IO.File.WriteAllBytes(path, change is null ? bytes : change(bytes));
        return path;
    }
}
