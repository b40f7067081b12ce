using System.Text.Json.Nodes;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Spec;

/// <summary>
/// Changes the limits in a config.json and nothing else: what somebody added by hand, and what this house does not know,
/// stays in the file as it was.
/// </summary>
internal static class ResourceEdit
{
    // What a ContainerLimit can say; every other member of these groups is somebody else's.
    private static readonly (string Group, string[] Members)[] Known =
    [
        ("memory", ["limit", "reservation", "swap"]),
        ("cpu", ["shares", "quota", "period", "cpus", "mems"]),
        ("pids", ["limit"]),
        ("blockIO", ["weight", "throttleReadBpsDevice", "throttleWriteBpsDevice", "throttleReadIOPSDevice", "throttleWriteIOPSDevice"]),
    ];

    /// <summary>One member that a change touches: "memory.limit" and its new value as JSON, or null where it goes.</summary>
    public readonly record struct Change(string Member, string? Value);

    /// <summary>Puts these limits into the file's text.</summary>
    /// <param name="config">A config.json that <see cref="RuntimeSpecReader"/> has accepted.</param>
    /// <param name="resources">The limits to be.</param>
    /// <param name="changes">Receives what differs.</param>
    public static byte[] Apply(ReadOnlySpan<byte> config, ResourceSpec resources, List<Change> changes)
    {
        if (config.StartsWith("\uFEFF"u8)) config = config[3..];
        JsonObject root = JsonNode.Parse(config)!.AsObject();
        JsonObject target = Child(Child(root, "linux"), "resources");
        JsonObject source = JsonNode.Parse(JsonFile.Bytes(json => ResourceWriter.Write(json, resources), indented: false))!.AsObject();
        foreach ((string group, string[] members) in Known)
        {
            foreach (string member in members) Put(target, group, member, (source[group] as JsonObject)?[member], changes);
        }
        var unified = (target["unified"] as JsonObject)?.Select(pair => pair.Key).ToHashSet() ?? [];
        unified.UnionWith(resources.Unified.Keys);
        foreach (string file in unified) Put(target, "unified", file, (source["unified"] as JsonObject)?[file], changes);
        return JsonFile.Bytes(json =>
        {
            foreach ((string name, JsonNode? value) in root)
            {
                json.WritePropertyName(name);
                if (value is null) json.WriteNullValue();
                else value.WriteTo(json);
            }
        });
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
