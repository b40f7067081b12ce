using System.Text.Json;

namespace PSContainer.Engine.Spec;

/// <summary>Writes linux.resources (config-linux.md, "Control groups"); an empty group is left out.</summary>
internal static class ResourceWriter
{
    public static void Write(Utf8JsonWriter json, ResourceSpec resources)
    {
        json.WriteStartArray("devices");
        foreach (DeviceRuleSpec rule in resources.Devices) WriteRule(json, rule);
        json.WriteEndArray();
        Group(json, "memory", [("limit", resources.MemoryLimit), ("reservation", resources.MemoryReservation), ("swap", resources.MemorySwap)]);
        WriteCpu(json, resources);
        Group(json, "pids", [("limit", resources.PidsLimit)]);
        WriteBlockIO(json, resources);
        if (resources.Unified.Count == 0) return;
        json.WriteStartObject("unified");
        foreach ((string file, string value) in resources.Unified) json.WriteString(file, value);
        json.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter json, DeviceRuleSpec rule)
    {
        json.WriteStartObject();
        json.WriteBoolean("allow", rule.Allow);
        json.WriteString("type", rule.Type.ToString());
        if (rule.Major is { } major) json.WriteNumber("major", major);
        if (rule.Minor is { } minor) json.WriteNumber("minor", minor);
        json.WriteString("access", rule.Access);
        json.WriteEndObject();
    }

    private static void Group(Utf8JsonWriter json, string name, ReadOnlySpan<(string Name, long? Value)> members)
    {
        bool open = false;
        foreach ((string member, long? value) in members)
        {
            if (value is null) continue;
            if (!open) json.WriteStartObject(name);
            open = true;
            json.WriteNumber(member, value.Value);
        }
        if (open) json.WriteEndObject();
    }

    private static void WriteCpu(Utf8JsonWriter json, ResourceSpec resources)
    {
        if ((resources.CpuShares ?? resources.CpuPeriod) is null && resources.CpuQuota is null && (resources.CpusetCpus ?? resources.CpusetMems) is null) return;
        json.WriteStartObject("cpu");
        if (resources.CpuShares is { } shares) json.WriteNumber("shares", shares);
        if (resources.CpuQuota is { } quota) json.WriteNumber("quota", quota);
        if (resources.CpuPeriod is { } period) json.WriteNumber("period", period);
        if (resources.CpusetCpus is not null) json.WriteString("cpus", resources.CpusetCpus);
        if (resources.CpusetMems is not null) json.WriteString("mems", resources.CpusetMems);
        json.WriteEndObject();
    }

    private static void WriteBlockIO(Utf8JsonWriter json, ResourceSpec resources)
    {
        if (resources.BlockIOWeight is null && resources.Throttles.Count == 0) return;
        json.WriteStartObject("blockIO");
        if (resources.BlockIOWeight is { } weight) json.WriteNumber("weight", weight);
        WriteRates(json, "throttleReadBpsDevice", resources.Throttles, throttle => throttle.ReadBps);
        WriteRates(json, "throttleWriteBpsDevice", resources.Throttles, throttle => throttle.WriteBps);
        WriteRates(json, "throttleReadIOPSDevice", resources.Throttles, throttle => throttle.ReadIops);
        WriteRates(json, "throttleWriteIOPSDevice", resources.Throttles, throttle => throttle.WriteIops);
        json.WriteEndObject();
    }

    private static void WriteRates(Utf8JsonWriter json, string name, IReadOnlyList<ThrottleSpec> throttles, Func<ThrottleSpec, ulong?> rate)
    {
        if (!throttles.Any(throttle => rate(throttle) is not null)) return;
        json.WriteStartArray(name);
        foreach (ThrottleSpec throttle in throttles)
        {
            if (rate(throttle) is not { } value) continue;
            json.WriteStartObject();
            json.WriteNumber("major", throttle.Major);
            json.WriteNumber("minor", throttle.Minor);
            json.WriteNumber("rate", value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
