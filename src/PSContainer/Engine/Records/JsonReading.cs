using System.Text.Json;

namespace PSContainer.Engine.Records;

/// <summary>Optional members of a JSON object: absent and null are the same, as in OCI's own schema.</summary>
internal static class JsonReading
{
    public static JsonElement? Has(this JsonElement parent, string name)
        => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement parent, string name) => parent.Has(name)?.GetString();

    /// <exception cref="KeyNotFoundException">It is absent, or null.</exception>
    public static string RequiredText(this JsonElement parent, string name) => parent.Text(name) ?? throw new KeyNotFoundException(name + " is missing");

    public static bool Flag(this JsonElement parent, string name) => parent.Has(name)?.GetBoolean() ?? false;

    public static IReadOnlyList<T> List<T>(this JsonElement parent, string name, Func<JsonElement, T> read)
    {
        if (parent.Has(name) is not { } list) return [];
        var items = new List<T>(list.GetArrayLength());
        foreach (JsonElement item in list.EnumerateArray()) items.Add(read(item));
        return items;
    }

    public static IReadOnlyList<string> Strings(this JsonElement parent, string name)
        => parent.List(name, s => s.GetString() ?? throw new FormatException($"'{name}' holds a null"));

    public static IReadOnlyDictionary<string, string> Map(this JsonElement parent, string name)
    {
        var map = new Dictionary<string, string>();
        if (parent.Has(name) is { } members)
            foreach (JsonProperty member in members.EnumerateObject()) map[member.Name] = member.Value.GetString() ?? "";
        return map;
    }
}
