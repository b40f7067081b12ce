using System.Text.Json;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>The image below a container, as it was when the container was made: a tag may have moved since.</summary>
/// <param name="Name">What the image was called.</param>
/// <param name="Id">The digest of its configuration.</param>
/// <param name="DiffIds">Its layers' contents, the lowest first.</param>
public sealed record ImageUse(string Name, Digest Id, IReadOnlyList<Digest> DiffIds)
{
    /// <summary>"8080/tcp": what the image says that it listens on.</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];

    /// <summary>How the image would have its health looked after; nothing here runs it.</summary>
    public Healthcheck? Healthcheck { get; init; }

    public static ImageUse Of(StoredImage image) => new(image.Name, image.Id, image.Config.DiffIds)
    {
        ExposedPorts = image.Config.ExposedPorts, Healthcheck = image.Config.Healthcheck,
    };

    /// <summary>The unpacked layers, the topmost first, and below them the places that every container mounts on.</summary>
    public IReadOnlyList<string> Lowers(StorageRoot storage)
    {
        var layers = new LayerStore(storage);
        return [.. DiffIds.Reverse().Distinct().Select(layers.FolderOf), storage.MountPoints];
    }

    internal static ImageUse Read(JsonElement json) => new(json.RequiredText("name"), Digest.Parse(json.RequiredText("id")), [.. json.Strings("layers").Select(Digest.Parse)])
    {
        ExposedPorts = json.Strings("exposedPorts"),
        Healthcheck = json.Has("healthcheck") is { } health ? Healthcheck.Read(health) : null,
    };

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("name", Name);
        json.WriteString("id", Id.ToString());
        WriteStrings(json, "layers", DiffIds.Select(layer => layer.ToString()));
        WriteStrings(json, "exposedPorts", ExposedPorts);
        if (Healthcheck is not { } health) return;
        json.WriteStartObject("healthcheck");
        WriteStrings(json, "Test", health.Test);
        foreach ((string name, double? seconds) in ((string, double?)[])[("Interval", health.IntervalSeconds), ("Timeout", health.TimeoutSeconds), ("StartPeriod", health.StartPeriodSeconds)])
            if (seconds is { } set) json.WriteNumber(name, Healthcheck.Nanoseconds(set));
        if (health.Retries is { } retries) json.WriteNumber("Retries", retries);
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
