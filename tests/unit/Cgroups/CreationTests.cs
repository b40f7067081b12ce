using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Tests.Unit.Cgroups;

public class CreationTests
{
    private static readonly CgroupSettings Forty = new() { Limit = new() { Memory = 40 << 20, MemorySwap = 0 } };

    [Fact]
    public void V1_makes_one_group_a_hierarchy_and_joins_by_tasks()
    {
        using var fake = FakeCgroups.V1();
        var plan = CgroupPlan.Create(fake.Mounts, "/pscontainer-1", Forty);
        string[] hierarchies = ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "systemd"];
        Assert.Equal(hierarchies.Select(static name => name + "/pscontainer-1"), fake.Directories(plan.Actions));
        Assert.Equal(hierarchies.Select(name => $"{fake.Root}/{name}/pscontainer-1/tasks"), plan.Joins.Select(static join => join.Path));
        Assert.Equal(["cpuset/pscontainer-1/cpuset.cpus=0-3", "cpuset/pscontainer-1/cpuset.mems=0",
            "memory/pscontainer-1/memory.limit_in_bytes=41943040", "memory/pscontainer-1/memory.memsw.limit_in_bytes=41943040"], fake.Writes(plan.Actions));
        Assert.Null(plan.BirthDirectory);
        Assert.Equal(plan.Made.Count, hierarchies.Length);
        Assert.False(Directory.Exists(fake.Root + "/memory/pscontainer-1"));
    }

    [Fact]
    public void Combined_controllers_are_one_group()
    {
        using var fake = FakeCgroups.V1(combined: true);
        var plan = CgroupPlan.Create(fake.Mounts, "/c", new() { Limit = new() { Cpus = 0.5 } });
        Assert.Equal("cpu,cpuacct/c", fake.Directories(plan.Actions)[0]);
        Assert.Equal(8, plan.Joins.Count);
        Assert.Contains("cpu,cpuacct/c/cpu.cfs_quota_us=50000", fake.Writes(plan.Actions));
    }

    [Fact]
    public void Hybrid_is_born_in_v2_and_joins_v1()
    {
        using var fake = FakeCgroups.Hybrid();
        var plan = CgroupPlan.Create(fake.Mounts, "/c", Forty);
        Assert.Equal(fake.Root + "/unified/c", plan.BirthDirectory);
        Assert.Equal(9, plan.Joins.Count);
        Assert.DoesNotContain(plan.Actions, static action => action.Path.EndsWith("subtree_control", StringComparison.Ordinal));
    }

    [Fact]
    public void V2_passes_on_what_is_missing_before_the_group_is_made()
    {
        using var fake = FakeCgroups.V2(passed: "cpu pids");
        var plan = CgroupPlan.Create(fake.Mounts, "/c", Forty);
        Assert.Equal(["cgroup.subtree_control=+memory", "cgroup.subtree_control=+io", "c/memory.max=41943040", "c/memory.swap.max=0"], fake.Writes(plan.Actions));
        var memory = Assert.IsType<CgroupAction.WriteFile>(plan.Actions[0]);
        var io = Assert.IsType<CgroupAction.WriteFile>(plan.Actions[1]);
        Assert.Empty(memory.Tolerated);
        Assert.Contains(PSContainer.Kernel.Errno.EBUSY, io.Tolerated);
        Assert.IsType<CgroupAction.MakeDirectory>(plan.Actions[2]);
        Assert.Empty(plan.Joins);
        Assert.Equal(fake.Root + "/c", plan.BirthDirectory);
    }

    [Fact]
    public void V2_passes_on_through_every_level_of_a_deep_path()
    {
        using var fake = FakeCgroups.V2(passed: "cpu io memory pids");
        var plan = CgroupPlan.Create(fake.Mounts, "/a/b", Forty);
        Assert.Equal(["a", "a/b"], fake.Directories(plan.Actions));
        Assert.Equal("a/cgroup.subtree_control=+memory", fake.Writes(plan.Actions)[0]);
        Assert.True(((CgroupAction.MakeDirectory)plan.Actions[0]).Shared);
        Assert.False(plan.Actions.OfType<CgroupAction.MakeDirectory>().Last().Shared);
    }

    [Fact]
    public void V2_enables_cpuset_only_when_asked()
    {
        using var fake = FakeCgroups.V2(passed: "cpu io memory pids");
        Assert.Empty(fake.Writes(CgroupPlan.Create(fake.Mounts, "/c", new()).Actions));
        Assert.Equal(["cgroup.subtree_control=+cpuset", "c/cpuset.cpus=1-2"],
            fake.Writes(CgroupPlan.Create(fake.Mounts, "/c", new() { Limit = new() { CpusetCpus = "1-2" } }).Actions));
    }

    [Fact]
    public void V1_cpuset_of_a_deep_path_is_filled_at_every_level()
    {
        using var fake = FakeCgroups.V1();
        var writes = fake.Writes(CgroupPlan.Create(fake.Mounts, "/a/b", new() { Limit = new() { CpusetCpus = "1" } }).Actions);
        Assert.Equal(["cpuset/a/cpuset.cpus=0-3", "cpuset/a/cpuset.mems=0", "cpuset/a/b/cpuset.cpus=1", "cpuset/a/b/cpuset.mems=0"], writes);
    }

    [Fact]
    public void An_existing_empty_group_is_used_and_not_made()
    {
        using var fake = FakeCgroups.V2(passed: "cpu io memory pids").AddV2Group();
        Assert.Empty(fake.Directories(CgroupPlan.Create(fake.Mounts, "/c", Forty).Actions));
    }

    [Fact]
    public void A_group_in_use_is_refused()
    {
        using var fake = FakeCgroups.V2().AddV2Group().Set("c/below/cgroup.procs", "4204");
        Fails.With("CgroupNotEmpty", () => CgroupPlan.Create(fake.Mounts, "/c", Forty));
        using var v1 = FakeCgroups.V1().Set("pids/c/cgroup.procs", "17");
        Fails.With("CgroupNotEmpty", () => CgroupPlan.Create(v1.Mounts, "/c", Forty));
    }

    [Fact]
    public void A_frozen_group_is_refused()
    {
        using var fake = FakeCgroups.V2().AddV2Group().Set("c/cgroup.events", "populated 0\nfrozen 1");
        Fails.With("CgroupFrozen", () => CgroupPlan.Create(fake.Mounts, "/c", Forty));
    }

    [Fact]
    public void A_controller_that_is_missing_is_said()
    {
        using var fake = FakeCgroups.V2("cpu pids");
        Fails.With("LimitNotSupported", () => CgroupPlan.Create(fake.Mounts, "/c", Forty));
        Assert.Empty(fake.Directories(CgroupPlan.Create(fake.Mounts, "/c", new()).Actions).Skip(1));
    }

    [Fact]
    public void Unified_files_go_line_by_line_and_enable_their_controller()
    {
        using var fake = FakeCgroups.V2(passed: "cpu memory pids io");
        var writes = fake.Writes(CgroupPlan.Create(fake.Mounts, "/c", new()
        {
            Unified = new Dictionary<string, string> { ["cpuset.cpus.partition"] = "member", ["io.max"] = "8:0 rbps=1\n8:16 wbps=2" },
        }).Actions);
        Assert.Equal(["cgroup.subtree_control=+cpuset", "c/cpuset.cpus.partition=member", "c/io.max=8:0 rbps=1", "c/io.max=8:16 wbps=2"], writes);
        using var v1 = FakeCgroups.V1();
        Fails.With("LimitNotSupported", () => CgroupPlan.Create(v1.Mounts, "/c", new() { Unified = new Dictionary<string, string> { ["memory.high"] = "1" } }));
    }

    [Fact]
    public void Execute_that_fails_leaves_nothing()
    {
        // Plain folders have no limit files, so the first write after the mkdirs fails.
        using var fake = FakeCgroups.V1();
        Fails.With("LimitNotSupported", () => CgroupPlan.Create(fake.Mounts, "/a/c", Forty).Execute());
        Assert.Empty(Directory.GetDirectories(fake.Root, "a", SearchOption.AllDirectories));
    }

    [Fact]
    public void Hugetlb_is_joined_only_for_a_bundle_that_sets_it()
    {
        using var fake = FakeCgroups.V2("memory hugetlb pids cpu io", "memory pids cpu io");
        var writes = fake.Writes(CgroupPlan.Create(fake.Mounts, "/c", new() { HugepageLimits = [new("2MB", 4194304)] }).Actions);
        Assert.Equal(["cgroup.subtree_control=+hugetlb", "c/hugetlb.2MB.max=4194304", "c/hugetlb.2MB.rsvd.max=4194304"], writes);
        Fails.With("LimitOutOfRange", () => CgroupPlan.Create(fake.Mounts, "/c", new() { HugepageLimits = [new("../x", 1)] }));
    }
}
