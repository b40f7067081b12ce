using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Engine.Spec;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Seccomp;

/// <summary>
/// Profiles as docker writes them: OCI's, with architectures by machine, and rules that hold only with certain capabilities, machines and kernels
/// (moby/profiles, seccomp/seccomp.go). The default one is moby's own list, which lies in the assembly as it was taken.
/// </summary>
public static class DockerProfile
{
    /// <summary>Where the default list comes from; Apache License 2.0.</summary>
    public const string Source = "github.com/moby/profiles, seccomp/default.json, seccomp/v0.2.3 of 2026-05-06";

    /// <summary>What <see cref="Source"/> is called in short.</summary>
    public const string DefaultName = "default (moby seccomp/v0.2.3)";

    private const string Resource = "moby-default.json";

    private static readonly Lazy<byte[]> s_default = new(() =>
    {
        using Stream stream = typeof(DockerProfile).Assembly.GetManifestResourceStream(Resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    });

    // Of the same capabilities comes the same list, and a session makes many containers.
    private static readonly ConcurrentDictionary<string, SeccompSpec> s_resolved = [];

    /// <summary>The default profile for a process with these capabilities.</summary>
    /// <param name="bounding">Names as in "CAP_SYS_ADMIN".</param>
    public static SeccompSpec Default(IReadOnlyList<string> bounding)
        => s_resolved.GetOrAdd(string.Join(' ', bounding), _ => Resolve(s_default.Value, new ProfileSetting(bounding, RuntimeInformation.ProcessArchitecture, Environment.OSVersion.Version), SocketFamilies.Write));

    /// <summary>A profile of docker's or OCI's kind, from a file.</summary>
    /// <exception cref="EngineException">SeccompInvalid.</exception>
    public static SeccompSpec Read(byte[] json, IReadOnlyList<string> bounding)
    {
        if (json.AsSpan().StartsWith("\uFEFF"u8)) json = json[3..];
        if (json.Length > SeccompReader.LargestProfile) throw SeccompReader.Invalid($"it is larger than {SeccompReader.LargestProfile >> 10} KiB");
        try
        {
            SeccompSpec spec = Resolve(json, new ProfileSetting(bounding, RuntimeInformation.ProcessArchitecture, Environment.OSVersion.Version), null);
            // Whoever asks for it learns of a mistake at once, not at the first start.
            SeccompReader.Read(spec.Json);
            return spec;
        }
        catch (JsonException broken)
        {
            throw SeccompReader.Invalid($"line {broken.LineNumber + 1} is not JSON", broken);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw SeccompReader.Invalid("a value is of the wrong kind: " + wrong.Message, wrong);
        }
    }

    /// <summary>The rules that hold in a setting, as OCI has them.</summary>
    /// <param name="sockets">Writes the rules for socket(2) in place of the profile's own.</param>
    public static SeccompSpec Resolve(byte[] json, ProfileSetting setting, Action<Utf8JsonWriter>? sockets)
    {
        JsonElement profile = JsonFile.Parse(json);
        if (profile.ValueKind != JsonValueKind.Object) throw new FormatException("it is no object");
        return new SeccompSpec(JsonFile.Bytes(writer =>
        {
            foreach (JsonProperty member in profile.EnumerateObject())
                if (member.Name is not ("archMap" or "architectures" or "syscalls")) member.WriteTo(writer);
            WriteArchitectures(writer, profile, setting);
            writer.WriteStartArray("syscalls");
            sockets?.Invoke(writer);
            foreach (JsonElement rule in profile.Has("syscalls")?.EnumerateArray() ?? default)
            {
                IReadOnlyList<string> names = Names(rule);
                if (Applies(rule, setting) && !(sockets is not null && names is [SocketFamilies.CallName])) WriteRule(writer, rule, names);
            }
            writer.WriteEndArray();
        }, indented: false));
    }

    private static void WriteArchitectures(Utf8JsonWriter writer, JsonElement profile, ProfileSetting setting)
    {
        List<string> all = [.. profile.Strings("architectures")];
        if (profile.Has("archMap") is { } map)
        {
            if (all.Count > 0) throw new FormatException("there are both 'architectures' and 'archMap'");
            foreach (JsonElement machine in map.EnumerateArray())
                if (machine.RequiredText("architecture") == setting.Token) all = [setting.Token, .. machine.Strings("subArchitectures")];
        }
        writer.WriteStartArray("architectures");
        foreach (string name in all) writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    private static IReadOnlyList<string> Names(JsonElement rule)
    {
        IReadOnlyList<string> names = rule.Strings("names");
        if (rule.Text("name") is not { Length: > 0 } old) return names;
        return names.Count == 0 ? [old] : throw new FormatException($"a rule has both 'name' ({Printable.Of(old)}) and 'names'");
    }

    private static bool Applies(JsonElement rule, ProfileSetting setting)
    {
        if (rule.Has("excludes") is { } excludes)
        {
            if (excludes.Strings("arches").Contains(setting.Machine)) return false;
            foreach (string capability in excludes.Strings("caps"))
                if (setting.Bounding.Contains(capability)) return false;
            if (excludes.Text("minKernel") is { } kernel && setting.Kernel >= Version(kernel)) return false;
        }
        if (rule.Has("includes") is { } includes)
        {
            IReadOnlyList<string> machines = includes.Strings("arches");
            if (machines.Count > 0 && !machines.Contains(setting.Machine)) return false;
            foreach (string capability in includes.Strings("caps"))
                if (!setting.Bounding.Contains(capability)) return false;
            if (includes.Text("minKernel") is { } kernel && setting.Kernel < Version(kernel)) return false;
        }
        return true;
    }

    private static Version Version(string text)
        => System.Version.TryParse(text, out Version? version) ? new Version(version.Major, version.Minor) : throw new FormatException($"'{Printable.Of(text)}' is no version of a kernel");

    private static void WriteRule(Utf8JsonWriter writer, JsonElement rule, IReadOnlyList<string> names)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("names");
        foreach (string name in names) writer.WriteStringValue(name);
        writer.WriteEndArray();
        foreach (string member in (string[])["action", "errnoRet", "args"])
        {
            if (rule.Has(member) is not { } value) continue;
            writer.WritePropertyName(member);
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}

/// <summary>What a docker profile's conditions are about.</summary>
/// <param name="Bounding">Capabilities, as "CAP_SYS_ADMIN".</param>
public sealed record ProfileSetting(IReadOnlyList<string> Bounding, Architecture Architecture, Version Kernel)
{
    /// <summary>As Go and so docker calls it.</summary>
    public string Machine => Architecture == Architecture.X64 ? "amd64" : "arm64";

    public string Token => Architecture == Architecture.X64 ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64";
}
