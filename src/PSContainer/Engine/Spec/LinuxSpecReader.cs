using System.Text.Json;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Spec;

/// <summary>Reads the "linux" part of config.json (config-linux.md).</summary>
internal static class LinuxSpecReader
{
    public static LinuxSpec Read(JsonElement linux)
        => new()
        {
            Namespaces = linux.List("namespaces", n => new NamespaceSpec(n.RequiredText("type"), n.Text("path"))),
            Devices = linux.List("devices", ReadDevice),
            CgroupsPath = linux.Text("cgroupsPath"),
            Resources = linux.Has("resources") is { } resources ? ReadResources(resources) : new ResourceSpec(),
            RootfsPropagation = linux.Text("rootfsPropagation"),
            MaskedPaths = linux.Strings("maskedPaths"),
            ReadonlyPaths = linux.Strings("readonlyPaths"),
            Sysctl = linux.Map("sysctl"),
            UidMappings = IdMapping.Read(linux, "uidMappings"),
            GidMappings = IdMapping.Read(linux, "gidMappings"),
            TimeOffsets = ReadOffsets(linux),
            Seccomp = linux.Has("seccomp") is { } seccomp ? SeccompSpec.Read(seccomp) : null,
        };

    private static Dictionary<string, TimeOffset> ReadOffsets(JsonElement linux)
    {
        var offsets = new Dictionary<string, TimeOffset>();
        if (linux.Has("timeOffsets") is not { } clocks) return offsets;
        foreach (JsonProperty clock in clocks.EnumerateObject())
            offsets[clock.Name] = new TimeOffset(clock.Value.Has("secs")?.GetInt64() ?? 0, clock.Value.Has("nanosecs")?.GetUInt32() ?? 0);
        return offsets;
    }

    private static DeviceSpec ReadDevice(JsonElement device) => new(
        device.RequiredText("path"),
        device.RequiredText("type") is [var type, ..] ? type : 'c',
        device.Has("major")?.GetUInt32() ?? 0,
        device.Has("minor")?.GetUInt32() ?? 0,
        device.Has("fileMode")?.GetUInt32() ?? 0x1B6, // 0666
        device.Has("uid")?.GetUInt32() ?? 0,
        device.Has("gid")?.GetUInt32() ?? 0);

    internal static ResourceSpec ReadResources(JsonElement resources)
    {
        JsonElement? memory = resources.Has("memory"), cpu = resources.Has("cpu"), io = resources.Has("blockIO");
        return new ResourceSpec
        {
            Devices = resources.List("devices", r => new DeviceRuleSpec(
                r.Flag("allow"), r.Text("type") is [var type, ..] ? type : 'a',
                Wildcard(r.Has("major")?.GetInt64()), Wildcard(r.Has("minor")?.GetInt64()), r.Text("access") ?? "rwm")),
            MemoryLimit = memory?.Has("limit")?.GetInt64(),
            MemoryReservation = memory?.Has("reservation")?.GetInt64(),
            MemorySwap = memory?.Has("swap")?.GetInt64(),
            CpuShares = cpu?.Has("shares")?.GetUInt64(),
            CpuQuota = cpu?.Has("quota")?.GetInt64(),
            CpuPeriod = cpu?.Has("period")?.GetUInt64(),
            CpusetCpus = cpu?.Text("cpus"),
            CpusetMems = cpu?.Text("mems"),
            PidsLimit = resources.Has("pids")?.Has("limit")?.GetInt64(),
            BlockIOWeight = io?.Has("weight")?.GetUInt16(),
            Throttles = io is { } block ? ReadThrottles(block) : [],
            Unified = resources.Map("unified"),
        };
    }

    private static long? Wildcard(long? number) => number is -1 ? null : number;

    private static List<ThrottleSpec> ReadThrottles(JsonElement block)
    {
        var byDevice = new Dictionary<(uint, uint), ThrottleSpec>();
        void Take(string property, Func<ThrottleSpec, ulong, ThrottleSpec> with)
        {
            foreach (JsonElement entry in block.Has(property)?.EnumerateArray() ?? default)
            {
                (uint Major, uint Minor) device = (entry.GetProperty("major").GetUInt32(), entry.GetProperty("minor").GetUInt32());
                ThrottleSpec known = byDevice.GetValueOrDefault(device) ?? new ThrottleSpec(device.Major, device.Minor);
                byDevice[device] = with(known, entry.GetProperty("rate").GetUInt64());
            }
        }
        Take("throttleReadBpsDevice", (t, rate) => t with { ReadBps = rate });
        Take("throttleWriteBpsDevice", (t, rate) => t with { WriteBps = rate });
        Take("throttleReadIOPSDevice", (t, rate) => t with { ReadIops = rate });
        Take("throttleWriteIOPSDevice", (t, rate) => t with { WriteIops = rate });
        return [.. byDevice.Values];
    }
}
