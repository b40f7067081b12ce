using PSContainer.Engine.Blobs;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Images.Config;

/// <summary>Manifests beside each other: an image for several platforms, or all the images of a layout (image-spec image-index.md).</summary>
public sealed record ImageIndex(IReadOnlyList<Descriptor> Manifests)
{
    public string Type { get; init; } = MediaType.Index;

    /// <exception cref="EngineException">ManifestInvalid.</exception>
    public static ImageIndex Parse(ReadOnlyMemory<byte> content, string type = MediaType.Index) => ManifestJson.Parse(content, json =>
    {
        ManifestJson.Check(json, type, "layers", MediaType.IsIndex);
        return new ImageIndex(json.List("manifests", Descriptor.Read)) { Type = type };
    });

    /// <summary>The manifest for this machine's platform, else null. Attestations, whose platform is "unknown", are none.</summary>
    public Descriptor? ForHere()
        => Manifests.FirstOrDefault(m => m.Platform is { } platform && platform == Platform.Here)
        ?? Manifests.FirstOrDefault(m => m.Platform is { IsHere: true });

    public byte[] ToBytes() => JsonFile.Bytes(json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", Type);
        json.WriteStartArray("manifests");
        foreach (Descriptor manifest in Manifests) manifest.Write(json);
        json.WriteEndArray();
    });
}
