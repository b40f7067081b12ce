using System.Text;
using System.Text.Json;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Spec;

/// <summary>One line of user_namespaces(7)'s uid_map: this many ids, from these on, inside and outside.</summary>
public sealed record IdMapping(uint ContainerId, uint HostId, uint Size)
{
    /// <summary>As many lines as the kernel takes (Linux 4.15).</summary>
    public const int MostLines = 340;

    internal static IReadOnlyList<IdMapping> Read(JsonElement parent, string name)
        => parent.List(name, line => new IdMapping(line.GetProperty("containerID").GetUInt32(), line.GetProperty("hostID").GetUInt32(), line.GetProperty("size").GetUInt32()));

    internal static void Write(Utf8JsonWriter json, string name, IReadOnlyList<IdMapping> mappings)
    {
        if (mappings.Count == 0) return;
        json.WriteStartArray(name);
        foreach (IdMapping line in mappings)
        {
            json.WriteStartObject();
            json.WriteNumber("containerID", line.ContainerId);
            json.WriteNumber("hostID", line.HostId);
            json.WriteNumber("size", line.Size);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>What is written to /proc/PID/uid_map.</summary>
    public static string Lines(IReadOnlyList<IdMapping> mappings)
    {
        var text = new StringBuilder();
        foreach (IdMapping line in mappings) text.Append(line.ContainerId).Append(' ').Append(line.HostId).Append(' ').Append(line.Size).Append('\n');
        return text.ToString();
    }

    /// <summary>What an id inside is outside; null where it is nobody.</summary>
    public static uint? Outside(IReadOnlyList<IdMapping> mappings, uint inside)
    {
        foreach (IdMapping line in mappings)
            if (inside >= line.ContainerId && inside - line.ContainerId < line.Size) return line.HostId + (inside - line.ContainerId);
        return null;
    }

    /// <summary>What an id outside is inside; null where it is nobody.</summary>
    public static uint? Inside(IReadOnlyList<IdMapping> mappings, uint outside)
    {
        foreach (IdMapping line in mappings)
            if (outside >= line.HostId && outside - line.HostId < line.Size) return line.ContainerId + (outside - line.HostId);
        return null;
    }

    /// <summary>Refuses what the kernel would answer with a bare EINVAL.</summary>
    /// <param name="mappings">All lines of one kind.</param>
    /// <param name="name">How the error calls them.</param>
    /// <exception cref="EngineException">MappingInvalid.</exception>
    public static void Check(IReadOnlyList<IdMapping> mappings, string name)
    {
        if (mappings.Count > MostLines) throw Invalid(name, $"there are {mappings.Count} ranges, and the kernel takes {MostLines}");
        for (int i = 0; i < mappings.Count; i++)
        {
            IdMapping line = mappings[i];
            // The last number of all means "nobody" to the kernel.
            if (line.Size == 0 || line.Size > uint.MaxValue - line.ContainerId || line.Size > uint.MaxValue - line.HostId) throw Invalid(name, $"the range {line} is empty, or leads past the last id");
            for (int j = 0; j < i; j++)
                if (Meet(line.ContainerId, mappings[j].ContainerId, line.Size, mappings[j].Size) || Meet(line.HostId, mappings[j].HostId, line.Size, mappings[j].Size))
                    throw Invalid(name, $"the ranges {mappings[j]} and {line} overlap");
        }
    }

    private static bool Meet(uint one, uint other, uint size, uint otherSize) => one < (ulong)other + otherSize && other < (ulong)one + size;

    private static EngineException Invalid(string name, string why)
        => new("MappingInvalid", Reason.InvalidInput, $"The mappings of {name} can't be used: {why}.", "Each range is the first id inside, the first id outside, and how many; no id may stand in two of them.");

    /// <summary>"0:100000:65536".</summary>
    public override string ToString() => $"{ContainerId}:{HostId}:{Size}";
}
