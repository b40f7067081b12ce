using System.Text.Json;
using System.Text.Json.Nodes;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Spec;

/// <summary>
/// Changes the limits in a config.json and nothing else: what somebody added by hand, and what this house does not know,
/// stays in the file as it was. Only linux.resources is parsed; the text around it is carried over byte for byte,
/// which is also why a change of limits takes no longer for a long configuration.
/// </summary>
public sealed class ResourceEdit
{
    // What a ContainerLimit can say; every other member of these groups is somebody else's.
    private static readonly (string Group, string[] Members)[] Known =
    [
        ("memory", ["limit", "reservation", "swap"]),
        ("cpu", ["shares", "quota", "period", "cpus", "mems"]),
        ("pids", ["limit"]),
        ("blockIO", ["weight", "throttleReadBpsDevice", "throttleWriteBpsDevice", "throttleReadIOPSDevice", "throttleWriteIOPSDevice"]),
    ];

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    private readonly byte[] config;
    private readonly Range place;

    private ResourceEdit(byte[] config, Range place)
    {
        this.config = config;
        this.place = place;
        Resources = LinuxSpecReader.ReadResources(JsonFile.Parse(config.AsMemory(place)));
    }

    /// <summary>One member that a change touches: "memory.limit" and its new value as JSON, or null where it goes.</summary>
    public readonly record struct Change(string Member, string? Value);

    /// <summary>What the file says.</summary>
    public ResourceSpec Resources { get; }

    /// <summary>Finds the resources in a config.json.</summary>
    /// <param name="config">The file's bytes.</param>
    /// <param name="path">Its path, for the error.</param>
    /// <exception cref="EngineException">ConfigInvalid.</exception>
    public static ResourceEdit Open(byte[] config, string path)
    {
        try
        {
            if (config.AsSpan().StartsWith("\uFEFF"u8)) config = config[3..];
            if (Find(config) is { } place) return new ResourceEdit(config, place);
            byte[] completed = WithResources(config);
            return new ResourceEdit(completed, Find(completed)!.Value);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new EngineException("ConfigInvalid", Reason.InvalidInput, $"'{path}' is no OCI runtime configuration: {broken.Message}", "Compare it with the one that 'runc spec' writes.", broken);
        }
    }

    /// <summary>The whole file's new bytes; null where nothing changes.</summary>
    /// <param name="wanted">The limits to be.</param>
    /// <param name="changes">Receives what differs.</param>
    public byte[]? Apply(ResourceSpec wanted, List<Change> changes)
    {
        JsonObject target = JsonNode.Parse(config.AsSpan(place))!.AsObject();
        JsonObject source = JsonNode.Parse(JsonFile.Bytes(json => ResourceWriter.Write(json, wanted), indented: false))!.AsObject();
        foreach ((string group, string[] members) in Known)
        {
            foreach (string member in members) Put(target, group, member, (source[group] as JsonObject)?[member], changes);
        }
        var unified = (target["unified"] as JsonObject)?.Select(pair => pair.Key).ToHashSet() ?? [];
        unified.UnionWith(wanted.Unified.Keys);
        foreach (string file in unified) Put(target, "unified", file, (source["unified"] as JsonObject)?[file], changes);
        return changes.Count == 0 ? null : [.. config.AsSpan(..place.Start.Value), .. Bytes(target), .. config.AsSpan(place.End.Value..)];
    }

    // The value of linux.resources, as a place in the text.
    private static Range? Find(ReadOnlySpan<byte> config)
    {
        var json = new Utf8JsonReader(config);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new JsonException("it is not a JSON object.");
        if (!Member(ref json, "linux"u8) || json.TokenType != JsonTokenType.StartObject) return null;
        if (!Member(ref json, "resources"u8) || json.TokenType != JsonTokenType.StartObject) return null;
        int start = (int)json.TokenStartIndex;
        json.Skip();
        return start..(int)json.BytesConsumed;
    }

    // From the beginning of an object to the value of one of its members; false where it has none of this name.
    private static bool Member(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            bool found = json.ValueTextEquals(name);
            json.Read();
            if (found) return true;
            json.Skip();
        }
        return false;
    }

    private static byte[] WithResources(byte[] config)
    {
        JsonObject root = JsonNode.Parse(config)!.AsObject();
        Child(root, "linux")["resources"] = new JsonObject();
        return Bytes(root);
    }

    private static byte[] Bytes(JsonObject value)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Indented)) value.WriteTo(json);
        return text.ToArray();
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is JsonObject child) return child;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    private static void Put(JsonObject resources, string group, string member, JsonNode? value, List<Change> changes)
    {
        JsonNode? before = (resources[group] as JsonObject)?[member];
        if (JsonNode.DeepEquals(before, value)) return;
        changes.Add(new Change($"{group}.{member}", value?.ToJsonString()));
        if (value is null) resources[group]!.AsObject().Remove(member);
        else Child(resources, group)[member] = value.DeepClone();
    }
}
