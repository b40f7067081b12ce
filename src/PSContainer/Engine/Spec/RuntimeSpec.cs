namespace PSContainer.Engine.Spec;

/// <summary>config.json of an OCI bundle (runtime-spec 1.2, config.md and config-linux.md), as far as it is obeyed.</summary>
public sealed record RuntimeSpec
{
    public const string SupportedVersion = "1.2.0";

    public string OciVersion { get; init; } = SupportedVersion;
    public string? Hostname { get; init; }
    public string? Domainname { get; init; }
    public RootSpec Root { get; init; } = new("rootfs", false);
    public ProcessSpec? Process { get; init; }
    public IReadOnlyList<MountSpec> Mounts { get; init; } = [];
    public LinuxSpec Linux { get; init; } = new();
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

/// <summary>The root: a path (relative to the bundle), and whether it may be written.</summary>
public sealed record RootSpec(string Path, bool ReadOnly);

/// <summary>The process to run.</summary>
public sealed record ProcessSpec
{
    public bool Terminal { get; init; }
    public IReadOnlyList<string> Args { get; init; } = [];
    public IReadOnlyList<string> Env { get; init; } = [];
    public string Cwd { get; init; } = "/";
    public UserSpec User { get; init; } = new(0, 0);
    public CapabilitySpec Capabilities { get; init; } = new();
    public IReadOnlyList<RlimitSpec> Rlimits { get; init; } = [];
    public bool NoNewPrivileges { get; init; }
    public int? OomScoreAdj { get; init; }
}

/// <summary>Numeric user, group and supplementary groups inside the container.</summary>
public sealed record UserSpec(uint Uid, uint Gid)
{
    public IReadOnlyList<uint> AdditionalGids { get; init; } = [];
    /// <summary>File mode creation mask; null leaves 0022.</summary>
    public uint? Umask { get; init; }
}

/// <summary>The five sets of capabilities(7); names as "CAP_CHOWN".</summary>
public sealed record CapabilitySpec
{
    public IReadOnlyList<string> Bounding { get; init; } = [];
    public IReadOnlyList<string> Effective { get; init; } = [];
    public IReadOnlyList<string> Inheritable { get; init; } = [];
    public IReadOnlyList<string> Permitted { get; init; } = [];
    public IReadOnlyList<string> Ambient { get; init; } = [];
}

/// <summary>setrlimit(2): "RLIMIT_NOFILE" and its two values.</summary>
public sealed record RlimitSpec(string Type, ulong Soft, ulong Hard);

/// <summary>One mount; options as in mount(8).</summary>
public sealed record MountSpec(string Destination, string? Type, string? Source)
{
    public IReadOnlyList<string> Options { get; init; } = [];
    /// <summary>Who the owners of its files are inside; none takes the container's own mappings, where "idmap" is an option.</summary>
    public IReadOnlyList<IdMapping> UidMappings { get; init; } = [];
    /// <inheritdoc cref="UidMappings"/>
    public IReadOnlyList<IdMapping> GidMappings { get; init; } = [];
}

/// <summary>The Linux part.</summary>
public sealed record LinuxSpec
{
    public IReadOnlyList<NamespaceSpec> Namespaces { get; init; } = [];
    public IReadOnlyList<DeviceSpec> Devices { get; init; } = [];
    public string? CgroupsPath { get; init; }
    public ResourceSpec Resources { get; init; } = new();
    public string? RootfsPropagation { get; init; }
    public IReadOnlyList<string> MaskedPaths { get; init; } = [];
    public IReadOnlyList<string> ReadonlyPaths { get; init; } = [];
    public IReadOnlyDictionary<string, string> Sysctl { get; init; } = new Dictionary<string, string>();
    /// <summary>Who the users of its new user namespace are outside.</summary>
    public IReadOnlyList<IdMapping> UidMappings { get; init; } = [];
    /// <inheritdoc cref="UidMappings"/>
    public IReadOnlyList<IdMapping> GidMappings { get; init; } = [];
    /// <summary>How far the clocks of its new time namespace are ahead: "monotonic", "boottime".</summary>
    public IReadOnlyDictionary<string, TimeOffset> TimeOffsets { get; init; } = new Dictionary<string, TimeOffset>();
    /// <summary>null: every call is allowed.</summary>
    public SeccompSpec? Seccomp { get; init; }
}

/// <summary>A namespace to make, or to join where a path is given. Types as OCI names them: pid, network, mount, …</summary>
public sealed record NamespaceSpec(string Type, string? Path = null);

/// <summary>An offset of time_namespaces(7).</summary>
public sealed record TimeOffset(long Seconds, uint Nanoseconds);

/// <summary>A device node to make.</summary>
public sealed record DeviceSpec(string Path, char Type, uint Major, uint Minor, uint Mode, uint Uid, uint Gid);

/// <summary>A rule of the device controller; a null number is a wildcard.</summary>
public sealed record DeviceRuleSpec(bool Allow, char Type, long? Major, long? Minor, string Access);

/// <summary>linux.resources: limits by cgroup controller; null where the config says nothing.</summary>
public sealed record ResourceSpec
{
    public IReadOnlyList<DeviceRuleSpec> Devices { get; init; } = [];
    public long? MemoryLimit { get; init; }
    public long? MemoryReservation { get; init; }
    /// <summary>OCI's memory.swap: memory and swap together, in bytes; -1 is unlimited.</summary>
    public long? MemorySwap { get; init; }
    public ulong? CpuShares { get; init; }
    public long? CpuQuota { get; init; }
    public ulong? CpuPeriod { get; init; }
    public string? CpusetCpus { get; init; }
    public string? CpusetMems { get; init; }
    public long? PidsLimit { get; init; }
    public ushort? BlockIOWeight { get; init; }
    public IReadOnlyList<ThrottleSpec> Throttles { get; init; } = [];
    /// <summary>cgroup v2 files and their values, as they are.</summary>
    public IReadOnlyDictionary<string, string> Unified { get; init; } = new Dictionary<string, string>();
}

/// <summary>A limit on a block device; bytes or operations a second.</summary>
public sealed record ThrottleSpec(uint Major, uint Minor)
{
    public ulong? ReadBps { get; init; }
    public ulong? WriteBps { get; init; }
    public ulong? ReadIops { get; init; }
    public ulong? WriteIops { get; init; }
}
