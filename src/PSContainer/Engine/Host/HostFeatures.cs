using PSContainer.Engine.Cgroups.Devices;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Kernel;

namespace PSContainer.Engine.Host;

/// <summary>Asks the machine for each feature itself, not for a version that ought to have it: distributions backport, filters forbid.</summary>
public static class HostFeatures
{
    private const string Newer = "Use a newer kernel";
    private const string Unfiltered = "A seccomp filter around this session forbids the call: run outside of that container or sandbox.";

    /// <summary>All of them, in the order in which a start needs them; changes nothing, takes a few milliseconds.</summary>
    public static IReadOnlyList<HostFeature> Read(CgroupMounts mounts)
        => [.. Namespaces(), .. Calls(), .. FileSystems(), .. Limits(mounts), Seccomp(), Keyring(), NetworkFilter()];

    private static IEnumerable<HostFeature> Namespaces()
    {
        foreach ((string type, string file, string purpose, bool isRequired) in Kinds)
        {
            string name = $"namespace {type}";
            if (!File.Exists("/proc/self/ns/" + type)) yield return new(name, false, purpose, "The kernel was built without it.", isRequired, "Use a kernel with this namespace (CONFIG_NAMESPACES).");
            else if (Text($"/proc/sys/user/{file}") == "0") yield return new(name, false, purpose, $"user.{file} is 0.", isRequired, $"sysctl user.{file}=1024");
            else yield return new(name, true, purpose, "", isRequired, "");
        }
        yield return UnprivilegedUsers();
    }

    private static readonly (string, string, string, bool)[] Kinds =
    [
        ("mnt", "max_mnt_namespaces", "the container's own mounts", true),
        ("pid", "max_pid_namespaces", "the container's own processes", true),
        ("uts", "max_uts_namespaces", "the container's own host name", true),
        ("ipc", "max_ipc_namespaces", "the container's own shared memory", true),
        ("net", "max_net_namespaces", "the container's own network", true),
        ("cgroup", "max_cgroup_namespaces", "the container's own view of its cgroup", true),
        ("user", "max_user_namespaces", "the container's own users", false),
        ("time", "max_time_namespaces", "the container's own clocks", false),
    ];

    private static HostFeature UnprivilegedUsers()
    {
        const string Name = "user namespaces for everybody", Purpose = "containers without root";
        // Three switches in three places: the kernel's own, Debian's, and AppArmor's.
        if (Text("/proc/sys/user/max_user_namespaces") == "0") return new(Name, false, Purpose, "user.max_user_namespaces is 0.", false, "sysctl user.max_user_namespaces=28633");
        if (Text("/proc/sys/kernel/unprivileged_userns_clone") == "0") return new(Name, false, Purpose, "kernel.unprivileged_userns_clone is 0.", false, "sysctl kernel.unprivileged_userns_clone=1");
        if (Text("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1")
            return new(Name, false, Purpose, "AppArmor restricts them.", false, "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile with the rule userns.");
        return new(Name, File.Exists("/proc/self/ns/user"), Purpose, "", false, "Use a kernel with CONFIG_USER_NS.");
    }

    private static IEnumerable<HostFeature> Calls() =>
    [
        Call("clone3", CallProbe.Clone3(), "birth in its own cgroup", $"{Newer}: clone3 came with Linux 5.3."),
        Call("pidfd", CallProbe.Pidfd(), "meaning one process for ever", $"{Newer}: pidfd_open came with Linux 5.3."),
        Call("mount API", CallProbe.MountCalls(), "mounting without races", $"{Newer}: these calls came with Linux 5.2."),
        Call("mount_setattr", CallProbe.MountSetattr(), "read-only trees of mounts", $"{Newer}: mount_setattr came with Linux 5.12."),
        Call("openat2", CallProbe.Openat2(), "paths that stay inside the container's root", $"{Newer}: openat2 came with Linux 5.6."),
        Call("close_range", CallProbe.CloseRange(), "letting no open file into the container", $"{Newer}: close_range came with Linux 5.9."),
    ];

    private static HostFeature Call(string name, Errno answer, string purpose, string remedy) => answer switch
    {
        Errno.None => new(name, true, purpose, "", true, ""),
        // Some of these calls look at the caller's privilege before they look at anything else.
        Errno.EPERM when Files.EffectiveUserId() != 0 => new(name, true, purpose, "for root", true, ""),
        Errno.EPERM => new(name, false, purpose, "It is forbidden here.", true, Unfiltered),
        _ => new(name, false, purpose, "The kernel has no such call.", true, remedy),
    };

    private static IEnumerable<HostFeature> FileSystems()
    {
        foreach ((string name, string purpose) in ((string, string)[])[("overlay", "the throwaway layer over a root"), ("tmpfs", "/dev and -Tmpfs"), ("proc", "/proc"), ("mqueue", "/dev/mqueue")])
        {
            // fsopen loads the module as mount would; without the privilege for it the list of what is loaded has to do.
            Errno answer = CallProbe.FileSystem(name);
            bool isListed = (Text("/proc/filesystems") ?? "").Split('\n').Any(line => line.EndsWith("\t" + name, StringComparison.Ordinal));
            bool isThere = answer == Errno.None || isListed;
            string detail = isThere ? "" : answer == Errno.EPERM ? "It is not loaded; only root can find out whether it can be." : "The kernel has no such file system.";
            yield return new(name, isThere, purpose, detail, name != "mqueue", $"modprobe {name}; or use a kernel that has it.");
        }
    }

    private static IEnumerable<HostFeature> Limits(CgroupMounts mounts)
    {
        foreach ((CgroupController controller, string parameter) in ((CgroupController, string)[])
            [(CgroupController.Memory, "-Memory"), (CgroupController.Cpu, "-Cpus"), (CgroupController.Pids, "-PidsLimit"), (CgroupController.Cpuset, "-CpusetCpus"), (CgroupController.BlockIO, "-DeviceReadBps and its kin")])
        {
            CgroupMount? mount = mounts.Find(controller);
            string name = CgroupControllerName.V1(controller);
            yield return new($"cgroup {name}", mount is not null, $"{parameter}", mount is null ? "No hierarchy has this controller." : $"{mount.Version.ToString().ToLowerInvariant()}, {mount.Directory}", false,
                controller == CgroupController.Memory ? "Boot with cgroup_enable=memory." : $"Mount it: mount -t cgroup -o {name} none /sys/fs/cgroup/{name}");
        }
        CgroupMount? memory = mounts.Find(CgroupController.Memory);
        yield return new("swap limit", mounts.CountsSwap, "-MemorySwap", mounts.CountsSwap ? "" : "The kernel does not count swap by group.", false, "Boot with swapaccount=1.");
        bool hasHigh = memory?.Version == CgroupVersion.V2;
        yield return new("memory.high", hasHigh, "-MemoryHigh", hasHigh ? "" : "cgroup v1 has no such limit.", false, "Boot with cgroup v2 alone (systemd.unified_cgroup_hierarchy=1).");
        yield return DeviceControl(mounts);
    }

    private static HostFeature DeviceControl(CgroupMounts mounts)
    {
        const string Name = "device control", Purpose = "the list of devices that a container may use", Remedy = "Use a kernel with CONFIG_CGROUP_BPF, or mount v1's devices controller.";
        if (mounts.Find(CgroupController.Devices) is { Version: CgroupVersion.V1 }) return new(Name, true, Purpose, "v1 devices", true, "");
        if (mounts.Unified is null) return new(Name, false, Purpose, "There is neither v1's devices controller nor cgroup v2.", true, Remedy);
        try
        {
            // Loaded and let go at once: nothing is attached.
            Files.Close(Bpf.Load(DeviceProgram.Build(DeviceRule.Defaults)));
            return new(Name, true, Purpose, "eBPF", true, "");
        }
        catch (KernelException failure) when (failure.Errno == Errno.EPERM)
        {
            return Files.EffectiveUserId() == 0
                ? new(Name, false, Purpose, "eBPF is forbidden here.", true, Unfiltered)
                : new(Name, true, Purpose, "eBPF, for root", true, "");
        }
        catch (KernelException failure)
        {
            return new(Name, false, Purpose, failure.Message, true, Remedy);
        }
    }

    private static HostFeature Seccomp()
    {
        bool isThere = (Text("/proc/sys/kernel/seccomp/actions_avail") ?? "").Contains("errno", StringComparison.Ordinal);
        return new("seccomp", isThere, "a filter of system calls", isThere ? "" : "The kernel has no seccomp filter.", true, "Use a kernel with CONFIG_SECCOMP_FILTER, or make containers with -SecurityOption seccomp=unconfined.");
    }

    private static HostFeature Keyring()
        => Call("keyrings", CallProbe.Keyring(), "keys of its own", "Use a kernel with CONFIG_KEYS.");

    private static HostFeature NetworkFilter()
    {
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"]).Where(folder => folder.StartsWith('/'))
            .Select(folder => Path.Combine(folder, "nft")).FirstOrDefault(File.Exists);
        return new("nft", found is not null, "published ports and a way out", found ?? "There is no nft on the path.", false, "Install the package nftables.");
    }

    private static string? Text(string path) => CgroupFile.Read(path, out var text) == Errno.None ? text.Trim() : null;
}
