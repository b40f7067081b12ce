using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Tests.Unit.Cgroups;

/// <summary>A copy of cgroupfs in plain files, with the mountinfo that goes with it.</summary>
public sealed class FakeCgroups : IDisposable
{
    private readonly List<string> mountInfo = ["27 1 254:0 / / rw,relatime - ext4 /dev/vda rw", "31 27 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755"];

    private FakeCgroups() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "pscontainer-test-" + Guid.NewGuid().ToString("n"));

    public CgroupMounts Mounts => CgroupMounts.Parse(string.Join('\n', mountInfo), static path => File.Exists(path) ? File.ReadAllText(path) : null);

    public static FakeCgroups V2(string controllers = "cpuset cpu io memory pids", string passed = "")
    {
        var fake = new FakeCgroups();
        fake.MountUnified("", controllers);
        fake.Set("cgroup.subtree_control", passed);
        fake.Set("cpuset.cpus.effective", "0-3");
        fake.Set("cpuset.mems.effective", "0");
        fake.Set("io.cost.qos", "");
        return fake;
    }

    public static FakeCgroups V1(bool combined = false)
    {
        var fake = new FakeCgroups();
        foreach (var name in combined ? (string[])["cpu,cpuacct"] : ["cpu", "cpuacct"]) fake.Mount(name);
        foreach (var name in (string[])["cpuset", "memory", "devices", "freezer", "blkio", "pids"]) fake.Mount(name);
        fake.mountInfo.Add($"90 31 0:90 / {fake.Root}/systemd rw - cgroup cgroup rw,xattr,name=systemd");
        fake.mountInfo.Add($"91 31 0:91 / {fake.Root}/perf_event rw - cgroup cgroup rw,perf_event");
        Directory.CreateDirectory(fake.Root + "/systemd");
        fake.Set("cpuset/cpuset.cpus", "0-3");
        fake.Set("cpuset/cpuset.mems", "0");
        fake.Set("memory/memory.memsw.limit_in_bytes", "9223372036854771712");
        fake.Set("blkio/blkio.bfq.io_service_bytes", "");
        return fake;
    }

    public static FakeCgroups Hybrid()
    {
        var fake = V1();
        fake.MountUnified("/unified", "");
        return fake;
    }

    private void Mount(string controllers)
    {
        var id = 40 + mountInfo.Count;
        mountInfo.Add($"{id} 31 0:{id} / {Root}/{controllers} rw,nosuid shared:{id} - cgroup cgroup rw,{controllers}");
        Directory.CreateDirectory($"{Root}/{controllers}");
    }

    private void MountUnified(string below, string controllers)
    {
        mountInfo.Add($"80 31 0:80 / {Root}{below} rw,relatime - cgroup2 cgroup2 rw,nsdelegate");
        Directory.CreateDirectory(Root + below);
        Set((below + "/cgroup.controllers").TrimStart('/'), controllers);
    }

    /// <summary>Writes one file, its directories too.</summary>
    public FakeCgroups Set(string path, string value)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, value + "\n");
        return this;
    }

    public string Get(string path) => File.ReadAllText(Path.Combine(Root, path)).Trim();

    public FakeCgroups SetAll(string group, params (string File, string Value)[] files)
    {
        foreach (var (file, value) in files) Set($"{group}/{file}", value);
        return this;
    }

    /// <summary>A container's v2 group "/c" with its usual files and no limits.</summary>
    public FakeCgroups AddV2Group(string path = "c") => SetAll(path,
        ("cgroup.controllers", "cpu io memory pids"), ("cgroup.procs", ""), ("cgroup.events", "populated 0\nfrozen 0"), ("cgroup.freeze", "0"),
        ("memory.max", "max"), ("memory.high", "max"), ("memory.low", "0"), ("memory.swap.max", "max"), ("memory.current", "1000000"),
        ("cpu.max", "max 100000"), ("cpu.max.burst", "0"), ("cpu.weight", "100"), ("cpu.idle", "0"), ("pids.max", "max"),
        ("io.max", ""), ("io.weight", "default 100"), ("cgroup.subtree_control", ""));

    /// <summary>The same for v1, in every hierarchy.</summary>
    public FakeCgroups AddV1Group(string path = "c")
    {
        const string Max = "9223372036854771712";
        SetAll("memory/" + path, ("memory.limit_in_bytes", Max), ("memory.memsw.limit_in_bytes", Max), ("memory.soft_limit_in_bytes", Max), ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0"));
        SetAll("cpu/" + path, ("cpu.shares", "1024"), ("cpu.cfs_quota_us", "-1"), ("cpu.cfs_period_us", "100000"), ("cpu.cfs_burst_us", "0"), ("cpu.idle", "0"));
        SetAll("cpuset/" + path, ("cpuset.cpus", "0-3"), ("cpuset.mems", "0"));
        SetAll("pids/" + path, ("pids.max", "max"), ("pids.current", "1"));
        SetAll("devices/" + path, ("devices.list", "a *:* rwm"), ("devices.allow", ""), ("devices.deny", ""));
        SetAll("freezer/" + path, ("freezer.state", "THAWED"));
        SetAll("blkio/" + path, ("blkio.bfq.weight", "100"), ("blkio.throttle.read_bps_device", ""), ("blkio.throttle.write_bps_device", ""), ("blkio.throttle.read_iops_device", ""), ("blkio.throttle.write_iops_device", ""));
        SetAll("cpuacct/" + path, ("cpuacct.usage", "2500000000"), ("cpuacct.usage_user", "2000000000"), ("cpuacct.usage_sys", "500000000"));
        return SetAll("systemd/" + path, ("tasks", ""));
    }

    public ContainerCgroup Open(string path = "/c") => ContainerCgroup.Open(path, Mounts);

    /// <summary>The writes of a plan as "file=value", without the folder of the tree.</summary>
    public string[] Writes(IEnumerable<CgroupAction> actions)
        => [.. actions.OfType<CgroupAction.WriteFile>().Select(action => $"{action.Path[(Root.Length + 1)..]}={action.Value}")];

    public string[] Directories(IEnumerable<CgroupAction> actions)
        => [.. actions.OfType<CgroupAction.MakeDirectory>().Select(action => action.Path[(Root.Length + 1)..])];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>Asserts an error by its id.</summary>
internal static class Fails
{
    public static PSContainer.Engine.EngineException With(string id, Action action)
    {
        var failure = Assert.Throws<PSContainer.Engine.EngineException>(action);
        Assert.Equal(id, failure.Id);
        return failure;
    }
}
