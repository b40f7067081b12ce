using PSContainer.Engine.Blobs;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Images.Config;

/// <summary>What an image consists of: its configuration and its layers, the lowest first (image-spec manifest.md; docker's schema 2).</summary>
public sealed record ImageManifest(Descriptor Config, IReadOnlyList<Descriptor> Layers)
{
    /// <summary>OCI's, unless it was read as docker's.</summary>
    public string Type { get; init; } = MediaType.Manifest;

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <param name="type">The media type that whoever named the blob gave it: what the blob says itself must agree.</param>
    /// <exception cref="EngineException">ManifestInvalid.</exception>
    public static ImageManifest Parse(ReadOnlyMemory<byte> content, string type) => ManifestJson.Parse(content, json =>
    {
        ManifestJson.Check(json, type, "manifests", MediaType.IsManifest);
        var manifest = new ImageManifest(Descriptor.Read(json.Has("config") ?? throw new KeyNotFoundException("config is missing")), json.List("layers", Descriptor.Read))
        {
            Type = type,
            Annotations = json.Map("annotations"),
        };
        if (!MediaType.IsConfig(manifest.Config.MediaType)) throw new FormatException($"its configuration is '{manifest.Config.MediaType}', so it is no container image");
        foreach (Descriptor layer in manifest.Layers)
            if (!MediaType.IsLayer(layer.MediaType)) throw new FormatException($"a layer is '{layer.MediaType}', which can't be unpacked");
        return manifest;
    });

    public byte[] ToBytes() => JsonFile.Bytes(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", Type);
        json.WritePropertyName("config");
        Config.Write(json);
        json.WriteStartArray("layers");
        foreach (Descriptor layer in Layers) layer.Write(json);
        json.WriteEndArray();
        if (Annotations.Count == 0) return;
        json.WriteStartObject("annotations");
        foreach ((string name, string value) in Annotations) json.WriteString(name, value);
        json.WriteEndObject();
    }, indented: false);
}
