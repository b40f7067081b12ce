namespace PSContainer.Engine.Cgroups.Devices;

/// <summary>What may be done with a device; the numbers are the kernel's BPF_DEVCG_ACC_* (linux/bpf.h).</summary>
[Flags]
public enum DeviceAccess { None = 0, MakeNode = 1, Read = 2, Write = 4, All = 7 }

/// <summary>
/// One rule about devices, as in OCI's linux.resources.devices: rules count in order, the last one that matches wins, and
/// what no rule matches is denied.
/// </summary>
/// <param name="Allow">Allows or denies.</param>
/// <param name="Type">'c', 'b', or 'a' for both.</param>
/// <param name="Major">Null: any.</param>
/// <param name="Minor">Null: any.</param>
/// <param name="Access">What it is about.</param>
public sealed record DeviceRule(bool Allow, char Type, int? Major, int? Minor, DeviceAccess Access)
{
    /// <summary>
    /// Docker's list: nodes may be made but not used, except for the devices that no program can do without and no other
    /// program can be harmed by.
    /// </summary>
    public static IReadOnlyList<DeviceRule> Defaults { get; } =
    [
        new(false, 'a', null, null, DeviceAccess.All),
        new(true, 'c', null, null, DeviceAccess.MakeNode),
        new(true, 'b', null, null, DeviceAccess.MakeNode),
        new(true, 'c', 1, 3, DeviceAccess.All),     // /dev/null
        new(true, 'c', 1, 5, DeviceAccess.All),     // /dev/zero
        new(true, 'c', 1, 7, DeviceAccess.All),     // /dev/full
        new(true, 'c', 1, 8, DeviceAccess.All),     // /dev/random
        new(true, 'c', 1, 9, DeviceAccess.All),     // /dev/urandom
        new(true, 'c', 5, 0, DeviceAccess.All),     // /dev/tty
        new(true, 'c', 5, 2, DeviceAccess.All),     // /dev/ptmx
        new(true, 'c', 136, null, DeviceAccess.All), // /dev/pts/*
    ];

    /// <summary>Reads OCI's form: type "c", "b", "a" or null (all), -1 or null for any number, access such as "rwm" or null (all).</summary>
    /// <exception cref="EngineException">DeviceRuleInvalid.</exception>
    public static DeviceRule FromOci(bool allow, string? type, long? major, long? minor, string? access)
    {
        var kind = type switch { null or "" or "a" => 'a', "b" => 'b', "c" or "u" => 'c', _ => throw Invalid($"\"{type}\" is no type of device") };
        var what = DeviceAccess.None;
        foreach (var letter in string.IsNullOrEmpty(access) ? "rwm" : access)
        {
            what |= letter switch
            {
                'r' => DeviceAccess.Read,
                'w' => DeviceAccess.Write,
                'm' => DeviceAccess.MakeNode,
                _ => throw Invalid($"\"{access}\" is no access"),
            };
        }
        return new(allow, kind, Number(major, 0xFFF), Number(minor, 0xFFFFF), what);
    }

    /// <summary>The v1 form: "c 1:3 rwm", "b *:* m".</summary>
    public override string ToString()
        => $"{Type} {Major?.ToString() ?? "*"}:{Minor?.ToString() ?? "*"} {Letters}";

    /// <summary>Matches every device and every access: what came before it no longer counts.</summary>
    internal bool IsReset => Type == 'a' && Major is null && Minor is null && Access == DeviceAccess.All;

    /// <summary>Every device that the other rule is about is one that this rule is about too.</summary>
    internal bool Covers(DeviceRule other)
        => (Type == 'a' || Type == other.Type) && (Major is null || Major == other.Major) && (Minor is null || Minor == other.Minor);

    /// <summary>There is a device that both are about.</summary>
    internal bool Meets(DeviceRule other)
        => (Type == 'a' || other.Type == 'a' || Type == other.Type)
            && (Major is null || other.Major is null || Major == other.Major)
            && (Minor is null || other.Minor is null || Minor == other.Minor);

    private string Letters
        => ((Access & DeviceAccess.Read) != 0 ? "r" : "") + ((Access & DeviceAccess.Write) != 0 ? "w" : "") + ((Access & DeviceAccess.MakeNode) != 0 ? "m" : "");

    // The kernel's dev_t has 12 bits of major and 20 of minor.
    private static int? Number(long? value, int most)
        => value is null or -1 ? null : value >= 0 && value <= most ? (int)value : throw Invalid($"{value} is no device number");

    private static EngineException Invalid(string why)
        => new("DeviceRuleInvalid", Reason.InvalidInput, $"A device rule can't be read: {why}.", "Types are a, b, c; access is made of r, w, m; -1 or none means any number.");
}
