using System.Text.Json;
using PSContainer.Engine.Blobs;

namespace PSContainer.Engine.Images.Config;

/// <summary>An image's configuration as JSON, members in a fixed order: the same image has the same id wherever it is made.</summary>
internal static class ImageConfigWriter
{
    public static void Write(ImageConfig image, Utf8JsonWriter json)
    {
        image.Platform.WriteMembers(json);
        if (image.Created is { } created) json.WriteString("created", created.ToUniversalTime());
        if (image.Author is { Length: > 0 } author) json.WriteString("author", author);

        json.WriteStartObject("config");
        WriteText(json, "User", image.User);
        WriteSet(json, "ExposedPorts", image.ExposedPorts);
        WriteList(json, "Env", image.Env);
        WriteList(json, "Entrypoint", image.Entrypoint);
        WriteList(json, "Cmd", image.Cmd);
        WriteSet(json, "Volumes", image.Volumes);
        WriteText(json, "WorkingDir", image.WorkingDir);
        WriteLabels(json, image.Labels);
        WriteText(json, "StopSignal", image.StopSignal);
        if (image.Healthcheck is { } health) WriteHealthcheck(json, health);
        WriteList(json, "Shell", image.Shell);
        WriteList(json, "OnBuild", image.OnBuild);
        json.WriteEndObject();

        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        json.WriteStartArray("diff_ids");
        foreach (Digest layer in image.DiffIds) json.WriteStringValue(layer.ToString());
        json.WriteEndArray();
        json.WriteEndObject();

        json.WriteStartArray("history");
        foreach (HistoryEntry step in image.History) WriteStep(json, step);
        json.WriteEndArray();
    }

    private static void WriteStep(Utf8JsonWriter json, HistoryEntry step)
    {
        json.WriteStartObject();
        if (step.Created is { } created) json.WriteString("created", created.ToUniversalTime());
        WriteText(json, "created_by", step.CreatedBy);
        WriteText(json, "author", step.Author);
        WriteText(json, "comment", step.Comment);
        if (step.EmptyLayer) json.WriteBoolean("empty_layer", true);
        json.WriteEndObject();
    }

    private static void WriteHealthcheck(Utf8JsonWriter json, Healthcheck health)
    {
        json.WriteStartObject("Healthcheck");
        WriteList(json, "Test", health.Test);
        WriteDuration(json, "Interval", health.IntervalSeconds);
        WriteDuration(json, "Timeout", health.TimeoutSeconds);
        WriteDuration(json, "StartPeriod", health.StartPeriodSeconds);
        WriteDuration(json, "StartInterval", health.StartIntervalSeconds);
        if (health.Retries is { } retries) json.WriteNumber("Retries", retries);
        json.WriteEndObject();
    }

    private static void WriteDuration(Utf8JsonWriter json, string name, double? seconds)
    {
        if (seconds is { } set) json.WriteNumber(name, Healthcheck.Nanoseconds(set));
    }

    private static void WriteLabels(Utf8JsonWriter json, IReadOnlyDictionary<string, string> labels)
    {
        if (labels.Count == 0) return;
        json.WriteStartObject("Labels");
        foreach ((string name, string value) in labels.OrderBy(label => label.Key, StringComparer.Ordinal)) json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is { Length: > 0 }) json.WriteString(name, text);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> list)
    {
        if (list.Count == 0) return;
        json.WriteStartArray(name);
        foreach (string item in list) json.WriteStringValue(item);
        json.WriteEndArray();
    }

    private static void WriteSet(Utf8JsonWriter json, string name, IReadOnlyList<string> set)
    {
        if (set.Count == 0) return;
        json.WriteStartObject(name);
        foreach (string item in set.Order(StringComparer.Ordinal))
        {
            json.WriteStartObject(item);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
