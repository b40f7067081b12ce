using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Engine.Spec;

/// <summary>Writes config.json, so that any OCI runtime could take our bundle.</summary>
public static class RuntimeSpecWriter
{
    public static void WriteBundle(RuntimeSpec spec, string bundle)
        => WholeFile.Write(Path.Combine(bundle, "config.json"), JsonFile.Bytes(json => Write(json, spec)));

    private static void Write(Utf8JsonWriter json, RuntimeSpec spec)
    {
        json.WriteString("ociVersion", spec.OciVersion);
        if (spec.Hostname is not null) json.WriteString("hostname", spec.Hostname);
        if (spec.Domainname is not null) json.WriteString("domainname", spec.Domainname);
        json.WriteStartObject("root");
        json.WriteString("path", spec.Root.Path);
        json.WriteBoolean("readonly", spec.Root.ReadOnly);
        json.WriteEndObject();
        if (spec.Process is { } process) WriteProcess(json, process);
        json.WriteStartArray("mounts");
        foreach (MountSpec mount in spec.Mounts) WriteMount(json, mount);
        json.WriteEndArray();
        json.WriteStartObject("linux");
        WriteLinux(json, spec.Linux);
        json.WriteEndObject();
        WriteMap(json, "annotations", spec.Annotations);
    }

    private static void WriteProcess(Utf8JsonWriter json, ProcessSpec process)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", process.Terminal);
        WriteStrings(json, "args", process.Args);
        WriteStrings(json, "env", process.Env);
        json.WriteString("cwd", process.Cwd);
        json.WriteStartObject("user");
        json.WriteNumber("uid", process.User.Uid);
        json.WriteNumber("gid", process.User.Gid);
        json.WriteStartArray("additionalGids");
        foreach (uint group in process.User.AdditionalGids) json.WriteNumberValue(group);
        json.WriteEndArray();
        if (process.User.Umask is { } umask) json.WriteNumber("umask", umask);
        json.WriteEndObject();
        json.WriteStartObject("capabilities");
        WriteStrings(json, "bounding", process.Capabilities.Bounding);
        WriteStrings(json, "effective", process.Capabilities.Effective);
        WriteStrings(json, "permitted", process.Capabilities.Permitted);
        WriteStrings(json, "inheritable", process.Capabilities.Inheritable);
        WriteStrings(json, "ambient", process.Capabilities.Ambient);
        json.WriteEndObject();
        json.WriteStartArray("rlimits");
        foreach (RlimitSpec limit in process.Rlimits)
        {
            json.WriteStartObject();
            json.WriteString("type", limit.Type);
            json.WriteNumber("soft", limit.Soft);
            json.WriteNumber("hard", limit.Hard);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteBoolean("noNewPrivileges", process.NoNewPrivileges);
        if (process.OomScoreAdj is { } score) json.WriteNumber("oomScoreAdj", score);
        json.WriteEndObject();
    }

    private static void WriteMount(Utf8JsonWriter json, MountSpec mount)
    {
        json.WriteStartObject();
        json.WriteString("destination", mount.Destination);
        if (mount.Type is not null) json.WriteString("type", mount.Type);
        if (mount.Source is not null) json.WriteString("source", mount.Source);
        WriteStrings(json, "options", mount.Options);
        IdMapping.Write(json, "uidMappings", mount.UidMappings);
        IdMapping.Write(json, "gidMappings", mount.GidMappings);
        json.WriteEndObject();
    }

    private static void WriteLinux(Utf8JsonWriter json, LinuxSpec linux)
    {
        json.WriteStartArray("namespaces");
        foreach (NamespaceSpec wanted in linux.Namespaces)
        {
            json.WriteStartObject();
            json.WriteString("type", wanted.Type);
            if (wanted.Path is not null) json.WriteString("path", wanted.Path);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        IdMapping.Write(json, "uidMappings", linux.UidMappings);
        IdMapping.Write(json, "gidMappings", linux.GidMappings);
        WriteOffsets(json, linux.TimeOffsets);
        json.WriteStartArray("devices");
        foreach (DeviceSpec device in linux.Devices) WriteDevice(json, device);
        json.WriteEndArray();
        if (linux.CgroupsPath is not null) json.WriteString("cgroupsPath", linux.CgroupsPath);
        if (linux.RootfsPropagation is not null) json.WriteString("rootfsPropagation", linux.RootfsPropagation);
        WriteMap(json, "sysctl", linux.Sysctl);
        WriteStrings(json, "maskedPaths", linux.MaskedPaths);
        WriteStrings(json, "readonlyPaths", linux.ReadonlyPaths);
        if (linux.Seccomp is { } seccomp)
        {
            json.WritePropertyName("seccomp");
            json.WriteRawValue(seccomp.Json, skipInputValidation: true);
        }
        json.WriteStartObject("resources");
        ResourceWriter.Write(json, linux.Resources);
        json.WriteEndObject();
    }

    private static void WriteOffsets(Utf8JsonWriter json, IReadOnlyDictionary<string, TimeOffset> offsets)
    {
        if (offsets.Count == 0) return;
        json.WriteStartObject("timeOffsets");
        foreach ((string clock, TimeOffset offset) in offsets)
        {
            json.WriteStartObject(clock);
            json.WriteNumber("secs", offset.Seconds);
            json.WriteNumber("nanosecs", offset.Nanoseconds);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteDevice(Utf8JsonWriter json, DeviceSpec device)
    {
        json.WriteStartObject();
        json.WriteString("path", device.Path);
        json.WriteString("type", device.Type.ToString());
        json.WriteNumber("major", device.Major);
        json.WriteNumber("minor", device.Minor);
        json.WriteNumber("fileMode", device.Mode);
        json.WriteNumber("uid", device.Uid);
        json.WriteNumber("gid", device.Gid);
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> map)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in map) json.WriteString(key, value);
        json.WriteEndObject();
    }
}
