using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Engine.Spec;

/// <summary>
/// Reads config.json. It walks a JsonElement instead of binding with a serializer: the serializer's metadata costs the
/// executable 1.7 ms at every start, about as much as all the rest of it.
/// </summary>
public static class RuntimeSpecReader
{
    private const long LargestConfig = 16 << 20;

    /// <exception cref="EngineException">BundleNotFound, ConfigInvalid, ConfigNotSupported.</exception>
    public static RuntimeSpec ReadBundle(string bundle)
    {
        string path = Path.Combine(bundle, "config.json");
        return Read(Load(path), path);
    }

    /// <summary>A file that holds a "process" object and nothing else (exec --process).</summary>
    /// <exception cref="EngineException">BundleNotFound, ConfigInvalid, ConfigNotSupported.</exception>
    public static ProcessSpec ReadProcessFile(string path) => Parse(Load(path), path, root =>
    {
        ProcessSpec process = ReadProcess(root);
        Check(process, path);
        return process;
    });

    private static byte[] Load(string path)
    {
        // Not blocking: a pipe in place of the file reads as empty, and a device ends at the bound.
        int file = Files.TryOpen(path, OpenFlags.ReadOnly | OpenFlags.NonBlock | OpenFlags.NoCtty);
        if (file < 0)
            throw Syscall.Last switch
            {
                Errno.ENOENT or Errno.ENOTDIR => new EngineException("BundleNotFound", Reason.NotFound, $"There is no '{path}'.", "Name the folder that holds the bundle's config.json (--bundle)."),
                Errno.EACCES => new EngineException("PermissionDenied", Reason.NoPermission, $"'{path}' can't be read: no access.", "Run as root (sudo pwsh)."),
                var errno => new KernelException("open", errno, path),
            };
        try
        {
            var content = new MemoryStream();
            Span<byte> buffer = stackalloc byte[16384];
            int count;
            while ((count = Files.Read(file, buffer)) > 0)
            {
                content.Write(buffer[..count]);
                if (content.Length > LargestConfig) throw Invalid(path, $"it is larger than {LargestConfig >> 20} MiB");
            }
            return count == 0 ? content.ToArray() : throw Invalid(path, $"it is no file ({Syscall.Last})");
        }
        finally
        {
            Files.Close(file);
        }
    }

    /// <exception cref="EngineException">ConfigInvalid, ConfigNotSupported.</exception>
    public static RuntimeSpec Read(ReadOnlyMemory<byte> json, string path) => Parse(json, path, root =>
    {
        RuntimeSpec spec = ReadSpec(root);
        Check(spec, path);
        return spec;
    });

    private static T Parse<T>(ReadOnlyMemory<byte> json, string path, Func<JsonElement, T> read)
    {
        try
        {
            ReadOnlyMemory<byte> text = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
            return read(JsonFile.Parse(text));
        }
        catch (JsonException broken)
        {
            throw Invalid(path, $"line {broken.LineNumber + 1} is not JSON", broken);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Invalid(path, "a value is of the wrong kind: " + wrong.Message, wrong);
        }
    }

    private static EngineException Invalid(string path, string what, Exception? cause = null)
        => new("ConfigInvalid", Reason.InvalidInput, $"'{path}' is no OCI runtime configuration: {what}.",
            "Compare it with the one that 'runc spec' writes.", cause);

    private static void Check(RuntimeSpec spec, string path)
    {
        if (!spec.OciVersion.StartsWith("1.", StringComparison.Ordinal))
            throw Invalid(path, $"ociVersion is '{spec.OciVersion}', and 1.x is understood");
        if (spec.Process is { } process) Check(process, path);
    }

    private static void Check(ProcessSpec process, string path)
    {
        if (process.Args.Count == 0) throw Invalid(path, "process.args is empty");
        if (!process.Cwd.StartsWith('/')) throw Invalid(path, $"process.cwd '{process.Cwd}' is not absolute");
        if (process.Args.Concat(process.Env).Any(t => t.Contains('\0'))) throw Invalid(path, "args or env hold a NUL");
    }

    private static RuntimeSpec ReadSpec(JsonElement root)
    {
        // Obeying a part of what a config asks for its safety would be worse than refusing it.
        if (root.Has("hooks") is { } hooks && hooks.EnumerateObject().Any(h => h.Value.ValueKind == JsonValueKind.Array && h.Value.GetArrayLength() > 0))
            throw NotSupported("hooks");
        return new RuntimeSpec
        {
            OciVersion = root.Text("ociVersion") ?? throw new KeyNotFoundException("ociVersion is missing"),
            Hostname = root.Text("hostname"),
            Domainname = root.Text("domainname"),
            Root = root.Has("root") is { } r
                ? new RootSpec(r.Text("path") ?? throw new KeyNotFoundException("root.path is missing"), r.Flag("readonly"))
                : throw new KeyNotFoundException("root is missing"),
            Process = root.Has("process") is { } process ? ReadProcess(process) : null,
            Mounts = root.List("mounts", ReadMount),
            Linux = root.Has("linux") is { } linux ? LinuxSpecReader.Read(linux) : new LinuxSpec(),
            Annotations = root.Map("annotations"),
        };
    }

    internal static EngineException NotSupported(string what)
        => new("ConfigNotSupported", Reason.NotSupported, $"The configuration asks for {what}, which pscontainer does not offer yet.",
            "Remove it from config.json, or run this bundle with another runtime.");

    /// <summary>A "process" object; also the whole of a --process file of exec.</summary>
    public static ProcessSpec ReadProcess(JsonElement process)
    {
        if (process.Text("apparmorProfile") is { Length: > 0 }) throw NotSupported("an AppArmor profile");
        if (process.Text("selinuxLabel") is { Length: > 0 }) throw NotSupported("an SELinux label");
        JsonElement? capabilities = process.Has("capabilities");
        return new ProcessSpec
        {
            Terminal = process.Flag("terminal"),
            Args = process.Strings("args"),
            Env = process.Strings("env"),
            Cwd = process.Text("cwd") ?? "/",
            User = process.Has("user") is { } user ? ReadUser(user) : new UserSpec(0, 0),
            Capabilities = capabilities is not { } sets ? new CapabilitySpec() : new CapabilitySpec
            {
                Bounding = sets.Strings("bounding"),
                Effective = sets.Strings("effective"),
                Inheritable = sets.Strings("inheritable"),
                Permitted = sets.Strings("permitted"),
                Ambient = sets.Strings("ambient"),
            },
            Rlimits = process.List("rlimits", r => new RlimitSpec(
                r.RequiredText("type"), r.GetProperty("soft").GetUInt64(), r.GetProperty("hard").GetUInt64())),
            NoNewPrivileges = process.Flag("noNewPrivileges"),
            OomScoreAdj = process.Has("oomScoreAdj")?.GetInt32(),
        };
    }

    private static UserSpec ReadUser(JsonElement user) => new(
        user.Has("uid")?.GetUInt32() ?? 0, user.Has("gid")?.GetUInt32() ?? 0)
    {
        AdditionalGids = user.List("additionalGids", g => g.GetUInt32()),
        Umask = user.Has("umask")?.GetUInt32(),
    };

    private static MountSpec ReadMount(JsonElement mount) => new(
        mount.RequiredText("destination"), mount.Text("type"), mount.Text("source"))
    {
        Options = mount.Strings("options"),
        UidMappings = IdMapping.Read(mount, "uidMappings"),
        GidMappings = IdMapping.Read(mount, "gidMappings"),
    };
}
