using System.Text.Json;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Blobs;

/// <summary>What a blob is, what it is called and how many bytes it has (image-spec descriptor.md). Its <c>urls</c> are never followed.</summary>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The name of an image in a layout's index.json.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The whole name, as docker and containerd write it; their ref.name is the tag alone.</summary>
    public const string ContainerdName = "io.containerd.image.name";

    public Platform? Platform { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public static Descriptor Of(string mediaType, ReadOnlySpan<byte> content) => new(mediaType, Digest.Of(content), content.Length);

    /// <exception cref="FormatException">A size below 0, or embedded data that is not what the digest says.</exception>
    /// <exception cref="EngineException">DigestInvalid.</exception>
    public static Descriptor Read(JsonElement json)
    {
        var read = new Descriptor(json.RequiredText("mediaType"), Digest.Parse(json.RequiredText("digest")), json.GetProperty("size").GetInt64())
        {
            Platform = json.Has("platform") is { } platform ? Platform.Read(platform) : null,
            Annotations = json.Map("annotations"),
        };
        if (read.Size < 0) throw new FormatException($"the size of {read.Digest} is below 0");
        if (json.Has("data") is { } data && Digest.Of(data.GetBytesFromBase64()) != read.Digest)
            throw new FormatException($"the data embedded for {read.Digest} is something else");
        return read;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        json.WriteString("digest", Digest.ToString());
        json.WriteNumber("size", Size);
        Platform?.Write(json, "platform");
        if (Annotations.Count > 0)
        {
            json.WriteStartObject("annotations");
            foreach ((string name, string value) in Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
