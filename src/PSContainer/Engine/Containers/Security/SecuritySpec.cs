using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Security;

/// <summary>What somebody wants of a container's wall, beyond or below the default.</summary>
public sealed record SecuritySpec
{
    /// <summary>Every capability, every device of this machine, no filter, nothing masked: no wall at all.</summary>
    public bool Privileged { get; init; }

    /// <summary>Names with or without "CAP_", in any case; ALL.</summary>
    public IReadOnlyList<string> CapAdd { get; init; } = [];
    /// <inheritdoc cref="CapAdd"/>
    public IReadOnlyList<string> CapDrop { get; init; } = [];
    public SecurityOptions Options { get; init; } = new();
    /// <summary>"/dev/fuse", "/dev/ttyS*", "/dev/sda:/dev/disk:r".</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];
    /// <summary>"c 1:3 rwm", "b 8:* r".</summary>
    public IReadOnlyList<string> DeviceRules { get; init; } = [];
    /// <summary>Settings of namespaces of the container's own.</summary>
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();
    /// <summary>"nofile=1024:2048".</summary>
    public IReadOnlyList<string> Ulimits { get; init; } = [];
    /// <summary>More supplementary groups: numbers, or names of the container's root.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The same wish, or what contradicts itself in it.</summary>
    /// <exception cref="EngineException">PrivilegedContradiction, CapabilityUnknown, CapabilityMissing, DeviceRuleInvalid, UlimitInvalid.</exception>
    public SecuritySpec Validate()
    {
        if (Privileged && Contradiction() is { } what)
            throw new EngineException("PrivilegedContradiction", Reason.InvalidInput, $"A privileged container has everything, and {what} takes something away.", "Leave out -Privileged and open what is needed, or leave out the other.");
        CapabilityWish.Check(this);
        foreach (string rule in DeviceRules) DeviceWish.ParseRule(rule);
        foreach (string limit in Ulimits) Ulimit.Parse(limit);
        return this;
    }

    private string? Contradiction() => this switch
    {
        { CapDrop.Count: > 0 } => "-CapDrop",
        { Options.Seccomp.Kind: SeccompKind.File } => "a seccomp profile",
        { Options.NoNewPrivileges: true } => "no-new-privileges",
        { Options.AppArmor: { } profile } when profile != SecurityOptions.Unconfined => "an AppArmor profile",
        { Options.Masked.Count: > 0 } => "mask=" + Printable.Of(Options.Masked[0]),
        _ => null,
    };

    /// <summary>docker and podman run programs without it; here it is on unless somebody needs otherwise.</summary>
    public bool NoNewPrivileges => Options.NoNewPrivileges ?? !Privileged;
}
