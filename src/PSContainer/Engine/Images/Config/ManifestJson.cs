using System.Text.Json;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Images.Config;

/// <summary>What manifests, indexes and configurations are read alike by: bounded, and wrong in one way.</summary>
internal static class ManifestJson
{
    public static T Parse<T>(ReadOnlyMemory<byte> content, Func<JsonElement, T> read)
    {
        try
        {
            if (content.Length > BlobStore.LongestJson) throw new FormatException($"it has {content.Length} bytes, more than {BlobStore.LongestJson}");
            using JsonDocument document = JsonDocument.Parse(content);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new FormatException("it is no JSON object");
            return read(document.RootElement);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or OverflowException or EngineException { Id: "DigestInvalid" })
        {
            throw new EngineException("ManifestInvalid", Reason.Corrupt, $"This is no image that can be used: {broken.Message.TrimEnd('.')}.",
                "Ask its maker for a new one, or make it anew with docker, podman or skopeo.", broken);
        }
    }

    /// <summary>
    /// One blob that can be read as two things is a way past whoever checked the other (CVE-2021-41190): it may have only the members
    /// of its kind, and must say what it was named as.
    /// </summary>
    public static void Check(JsonElement json, string type, string memberOfTheOther, Func<string, bool> isKind)
    {
        if (!isKind(type)) throw new FormatException($"'{type}' is something else");
        if (json.GetProperty("schemaVersion").GetInt32() != 2) throw new FormatException("its schemaVersion is not 2");
        if (json.Has(memberOfTheOther) is not null) throw new FormatException($"it has '{memberOfTheOther}', which a '{type}' has not");
        if (json.Text("mediaType") is { } own && own != type) throw new FormatException($"it was named as '{type}' and says that it is '{own}'");
    }
}
