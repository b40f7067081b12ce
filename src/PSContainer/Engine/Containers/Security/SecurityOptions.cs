using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Security;

public enum SeccompKind { Default, Unconfined, File }

/// <summary>Which filter of system calls.</summary>
/// <param name="Name">The file, for whoever asks later.</param>
/// <param name="Json">What stands in it.</param>
public sealed record SeccompChoice(SeccompKind Kind, string? Name = null, byte[]? Json = null)
{
    public override string ToString() => Kind == SeccompKind.File ? Name! : Kind.ToString().ToLowerInvariant();
}

/// <summary>What <c>-SecurityOption</c> says: "seccomp=FILE", "no-new-privileges=false", "apparmor=NAME", "label=disable", "mask=/path", "unmask=ALL".</summary>
public sealed record SecurityOptions
{
    public const string Unconfined = "unconfined", All = "ALL";

    private const string Known = "Use seccomp=FILE|unconfined|default, no-new-privileges=true|false, apparmor=NAME|unconfined, label=…, mask=/path or unmask=/path|ALL.";

    public SeccompChoice Seccomp { get; init; } = new(SeccompKind.Default);
    /// <summary>null where nothing is said.</summary>
    public bool? NoNewPrivileges { get; init; }
    public string? AppArmor { get; init; }
    /// <summary>More paths that show nothing.</summary>
    public IReadOnlyList<string> Masked { get; init; } = [];
    /// <summary>Paths that are as the kernel has them; "ALL" for every one.</summary>
    public IReadOnlyList<string> Unmasked { get; init; } = [];

    /// <param name="options">docker's --security-opt, "name=value"; with a colon it is understood too.</param>
    /// <param name="locate">Makes a path whole, from where the user stands.</param>
    /// <exception cref="EngineException">SecurityOptionInvalid, SeccompFileNotFound, SeccompInvalid, LsmMissing, LsmNotSupported.</exception>
    public static SecurityOptions Parse(IReadOnlyList<string> options, Func<string, string> locate)
    {
        var parsed = new SecurityOptions();
        foreach (string option in options)
        {
            int end = option.AsSpan().IndexOfAny('=', ':');
            string name = end < 0 ? option : option[..end], value = end < 0 ? "" : option[(end + 1)..];
            parsed = name switch
            {
                "seccomp" when value.Length > 0 => parsed with { Seccomp = ReadSeccomp(value, locate) },
                "no-new-privileges" => parsed with { NoNewPrivileges = value switch { "" or "true" => true, "false" => false, _ => throw Invalid(option) } },
                "apparmor" when value.Length > 0 => parsed with { AppArmor = CheckAppArmor(value) },
                "label" when value is "disable" => parsed,
                "label" when value.Length > 0 => throw NoLabels(value),
                "mask" => parsed with { Masked = [.. parsed.Masked, .. Paths(option, value)] },
                "unmask" => parsed with { Unmasked = [.. parsed.Unmasked, .. value.Equals(All, StringComparison.OrdinalIgnoreCase) ? [All] : Paths(option, value)] },
                "systempaths" when value is Unconfined => parsed with { Unmasked = [All] },
                _ => throw Invalid(option),
            };
        }
        return parsed;
    }

    private static SeccompChoice ReadSeccomp(string value, Func<string, string> locate)
    {
        if (value is "default" or "builtin") return new(SeccompKind.Default);
        if (value is Unconfined) return new(SeccompKind.Unconfined);
        string path = locate(value), folder = Path.GetDirectoryName(path) ?? "/";
        if (!File.Exists(path)) throw new EngineException("SeccompFileNotFound", Reason.NotFound, $"There is no seccomp profile '{Printable.Of(path)}'.", "Name a file, or use seccomp=unconfined or seccomp=default.");
        // Neither a pipe nor ten gigabytes hold anybody up.
        byte[] json = RootedFile.Read(folder, Path.GetFileName(path), SeccompReader.LargestProfile)
            ?? throw new EngineException("SeccompInvalid", Reason.InvalidInput, $"The seccomp profile '{Printable.Of(path)}' can't be read, or is larger than {SeccompReader.LargestProfile >> 10} KiB.", "docker's own is 14 KB.");
        return new(SeccompKind.File, path, json);
    }

    private static string CheckAppArmor(string profile)
    {
        if (profile == Unconfined) return profile;
        if (!File.Exists("/sys/module/apparmor/parameters/enabled") || !File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y'))
            throw new EngineException("LsmMissing", Reason.NotSupported, $"The AppArmor profile '{Printable.Of(profile)}' can't be set: this kernel runs without AppArmor.", "Leave it out, or boot with it (apparmor=1 security=apparmor).");
        throw new EngineException("LsmNotSupported", Reason.NotSupported, $"The AppArmor profile '{Printable.Of(profile)}' can't be set: that is not offered yet.", "Leave it out, or use apparmor=unconfined.");
    }

    private static EngineException NoLabels(string value) => Directory.Exists("/sys/fs/selinux") && File.Exists("/sys/fs/selinux/enforce")
        ? new("LsmNotSupported", Reason.NotSupported, $"The SELinux label '{Printable.Of(value)}' can't be set: that is not offered yet.", "Leave it out, or use label=disable.")
        : new("LsmMissing", Reason.NotSupported, $"The label '{Printable.Of(value)}' can't be set: this kernel runs without SELinux.", "Leave it out, or use label=disable.");

    private static string[] Paths(string option, string value)
    {
        string[] paths = value.Split(':', StringSplitOptions.RemoveEmptyEntries);
        return paths.Length > 0 && Array.TrueForAll(paths, path => path[0] == '/' && path.Trim('/').Length > 0 && !path.Split('/').Contains("..") && !path.Any(char.IsControl)) ? paths : throw Invalid(option);
    }

    private static EngineException Invalid(string option) => new("SecurityOptionInvalid", Reason.InvalidInput, $"'{Printable.Of(option)}' is no security option.", Known);
}
