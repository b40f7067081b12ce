using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Cgroups;

public class CgroupMountsTests
{
    // A systemd machine with v2 only.
    private const string V2 = """
        24 31 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
        35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
        """;

    // CentOS 7: v1 with combined mounts and symbolic links for the single names.
    private const string V1 = """
        25 18 0:20 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs ro,mode=755
        26 25 0:21 / /sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime shared:9 - cgroup cgroup rw,xattr,release_agent=/usr/lib/systemd/systemd-cgroups-agent,name=systemd
        30 25 0:24 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:12 - cgroup cgroup rw,cpuacct,cpu
        31 25 0:25 / /sys/fs/cgroup/memory rw,nosuid,nodev,noexec,relatime shared:13 - cgroup cgroup rw,memory
        32 25 0:26 / /sys/fs/cgroup/net_cls,net_prio rw,nosuid,nodev,noexec,relatime shared:14 - cgroup cgroup rw,net_prio,net_cls
        33 25 0:27 / /sys/fs/cgroup/hugetlb rw,nosuid,nodev,noexec,relatime shared:15 - cgroup cgroup rw,hugetlb
        """;

    private static CgroupMounts Parse(string text, string? controllers = null) => CgroupMounts.Parse(text, _ => controllers);

    [Fact]
    public void V2_has_every_listed_controller_and_those_of_its_core()
    {
        var mounts = Parse(V2, "cpuset cpu io memory pids\n");
        Assert.Equal(CgroupLayout.V2, mounts.Layout);
        Assert.All((CgroupController[])[CgroupController.Cpu, CgroupController.BlockIO, CgroupController.Devices, CgroupController.Freezer, CgroupController.CpuAcct],
            controller => Assert.Same(mounts.Unified, mounts.Find(controller)));
        Assert.Null(mounts.Find(CgroupController.Hugetlb));
    }

    [Fact]
    public void V1_finds_combined_controllers_in_one_directory()
    {
        var mounts = Parse(V1);
        Assert.Equal(CgroupLayout.V1, mounts.Layout);
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", mounts.Find(CgroupController.Cpu)!.Directory);
        Assert.Same(mounts.Find(CgroupController.Cpu), mounts.Find(CgroupController.CpuAcct));
        Assert.Null(mounts.Find(CgroupController.Pids));
        Assert.Equal("systemd", mounts.All[0].Name);
        Assert.Empty(mounts.All[0].Controllers);
    }

    [Fact]
    public void Others_hierarchies_are_joined_only_when_asked_for()
    {
        var mounts = Parse(V1);
        string[] Joined(params CgroupController[] also) => [.. mounts.Joined(also).Select(mount => Path.GetFileName(mount.Directory))];
        Assert.Equal(["systemd", "cpu,cpuacct", "memory"], Joined());
        Assert.Equal(["systemd", "cpu,cpuacct", "memory", "hugetlb"], Joined(CgroupController.Hugetlb));
    }

    [Fact]
    public void Hybrid_takes_a_controller_from_v1_before_v2()
    {
        var mounts = Parse(V1 + "\n40 25 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw", "pids\n");
        Assert.Equal(CgroupLayout.Hybrid, mounts.Layout);
        Assert.Equal("/sys/fs/cgroup/unified", mounts.Find(CgroupController.Pids)!.Directory);
        Assert.Equal(CgroupVersion.V1, mounts.Find(CgroupController.Memory)!.Version);
    }

    [Fact]
    public void V2_beside_a_named_hierarchy_alone_is_v2()
        => Assert.Equal(CgroupLayout.V2, Parse(V2 + "\n50 24 0:50 / /mnt/systemd rw - cgroup cgroup rw,name=systemd", "memory").Layout);

    [Fact]
    public void Nothing_mounted_is_said_and_refused()
    {
        var mounts = Parse("27 1 254:0 / / rw - ext4 /dev/vda rw");
        Assert.Equal(CgroupLayout.None, mounts.Layout);
        Fails.With("CgroupNotAvailable", () => CgroupPlan.Create(mounts, "/c", new()));
    }

    [Fact]
    public void A_hierarchy_mounted_twice_counts_once_seen_from_its_root()
    {
        var mounts = Parse("""
            31 25 0:25 /docker/1 /mnt/part rw - cgroup cgroup rw,memory
            32 25 0:25 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            """);
        Assert.Equal("/sys/fs/cgroup/memory", Assert.Single(mounts.All).Directory);
    }

    [Fact]
    public void What_is_mounted_over_is_not_seen()
    {
        var mounts = Parse("""
            31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
            34 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            90 31 0:90 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw
            """, "memory");
        Assert.Equal(CgroupLayout.V2, mounts.Layout);
        Assert.Single(mounts.All);
    }

    [Fact]
    public void Spaces_in_a_mount_point_are_unescaped()
        => Assert.Equal("/a b/memory", Parse(@"31 25 0:25 / /a\040b/memory rw - cgroup cgroup rw,memory").All[0].Directory);

    [Theory]
    [InlineData("/", "/docker/1", "/m/docker/1")]
    [InlineData("/", "/", "/m")]
    [InlineData("/docker/1", "/docker/1", "/m")]
    [InlineData("/docker/1", "/docker/1/x", "/m/x")]
    [InlineData("/docker/1", "/docker/12", null)]
    [InlineData("/", "/../other", null)]
    public void Directories_are_relative_to_the_mounts_root(string root, string path, string? directory)
        => Assert.Equal(directory, new CgroupMount("/m", root, CgroupVersion.V1, ["memory"]).DirectoryOf(path));

    [Fact]
    public void Inside_a_container_paths_count_from_what_is_mounted()
    {
        // docker without a cgroup namespace mounts its own group, and /proc/PID/cgroup names it in full.
        var mounts = Parse("31 25 0:25 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory");
        var cgroup = ContainerCgroup.Open("/pscontainer-1", mounts);
        Assert.Equal("/pscontainer-1", cgroup.Path);
        Assert.Equal("/docker/1/pscontainer-1", cgroup.Groups[0].Path);
        Assert.Equal("/sys/fs/cgroup/memory/pscontainer-1", cgroup.Groups[0].Directory);
        Assert.True(cgroup.Groups[0].Parent()!.IsTop);
    }

    [Fact]
    public void Membership_reads_every_kind_of_line()
    {
        var all = CgroupMembership.Parse("""
            10:hugetlb:/
            9:name=systemd:/user.slice/a:b
            2:cpu,cpuacct:/docker/3f1c
            0::/gone (deleted)
            nonsense
            """);
        Assert.Equal(4, all.Count);
        Assert.Equal(("systemd", "/user.slice/a:b"), (all[1].Name, all[1].Path));
        Assert.Equal(["cpu", "cpuacct"], all[2].Controllers);
        Assert.True(all[3].IsUnified);
        Assert.Equal("/gone", all[3].Path);
    }

    [Fact]
    public void A_process_is_found_in_each_hierarchy_where_it_stands()
    {
        using var fake = FakeCgroups.V1(combined: true);
        var cgroup = ContainerCgroup.FromMembership(CgroupMembership.Parse("4:memory:/m\n2:cpu,cpuacct:/c\n1:name=systemd:/s\n"), fake.Mounts);
        Assert.Equal(fake.Root + "/memory/m", cgroup.Group(CgroupController.Memory)!.Directory);
        Assert.Equal(fake.Root + "/cpu,cpuacct/c", cgroup.Group(CgroupController.CpuAcct)!.Directory);
        Assert.Null(cgroup.Group(CgroupController.Pids));
        Assert.Contains(cgroup.Groups, group => group.Directory == fake.Root + "/systemd/s");
    }
}
