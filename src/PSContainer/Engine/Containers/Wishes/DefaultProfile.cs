using PSContainer.Engine.Spec;

namespace PSContainer.Engine.Containers.Wishes;

/// <summary>What a container gets when nobody asks for more: docker's defaults (moby, oci/defaults.go), as of 2025.</summary>
public static class DefaultProfile
{
    public const long PidsLimit = 2048;

    public static readonly string[] Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    public static readonly string[] Capabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETFCAP", "CAP_SETGID",
        "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT", "CAP_MKNOD", "CAP_NET_RAW", "CAP_AUDIT_WRITE",
    ];

    /// <summary>
    /// Kernel interfaces that tell about, or steer, the whole machine. powercap and thermal_throttle are side channels on what
    /// other tenants compute (GHSA-jq35-85cj-fj4p).
    /// </summary>
    public static readonly string[] MaskedPaths =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
        "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    public static readonly string[] ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>Which groups may ping.</summary>
    public const string PingGroups = "net.ipv4.ping_group_range";

    /// <summary>In a network of its own, any user may listen on port 80, and ping (moby, daemon/oci_linux.go).</summary>
    public static readonly IReadOnlyDictionary<string, string> NetworkSysctl = new Dictionary<string, string>
    {
        ["net.ipv4.ip_unprivileged_port_start"] = "0",
        [PingGroups] = "0 2147483647",
    };

    public static readonly MountSpec[] Mounts =
    [
        new("/proc", "proc", "proc") { Options = ["nosuid", "noexec", "nodev"] },
        new("/dev", "tmpfs", "tmpfs") { Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
        new("/dev/pts", "devpts", "devpts") { Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
        new("/dev/shm", "tmpfs", "shm") { Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
        new("/dev/mqueue", "mqueue", "mqueue") { Options = ["nosuid", "noexec", "nodev"] },
        new("/sys", "sysfs", "sysfs") { Options = ["nosuid", "noexec", "nodev", "ro"] },
        new("/sys/fs/cgroup", "cgroup", "cgroup") { Options = ["nosuid", "noexec", "nodev", "ro"] },
    ];

    /// <summary>One such folder a processor.</summary>
    public static IEnumerable<string> ThermalThrottlePaths()
        => Directory.Exists("/sys/devices/system/cpu")
            ? Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*").Select(cpu => cpu + "/thermal_throttle").Where(Directory.Exists).Order(StringComparer.Ordinal)
            : [];
}
