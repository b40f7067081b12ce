using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Cgroups;

public class ProcessGroupTests
{
    private const string Name = "pscontainer.limit-42-1000";

    private static string[] Plan(FakeCgroups fake, string membership, ContainerLimit purpose)
    {
        var actions = ProcessGroup.Plan(ContainerCgroup.FromMembership(CgroupMembership.Parse(membership), fake.Mounts), Name, 42, purpose);
        return [.. actions.Select(action => (action is CgroupAction.WriteFile file ? $"{file.Path}={file.Value}" : "mkdir " + action.Path).Replace(fake.Root + "/", "").Replace(Name, "GROUP"))];
    }

    [Fact]
    public void The_name_is_the_processs_own() => Assert.Equal(Name, ProcessGroup.NameFor(42, 1000));

    [Fact]
    public void V1_stands_below_the_present_group_where_it_is_needed()
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        Assert.Equal(["mkdir memory/c/GROUP", "memory/c/GROUP/cgroup.procs=42"], Plan(fake, "4:memory:/c\n7:pids:/c", new() { Memory = 40 << 20 }));
    }

    [Fact]
    public void V1_cpuset_is_filled_before_the_move()
    {
        using var fake = FakeCgroups.V1();
        Assert.Equal(["mkdir cpuset/GROUP", "cpuset/GROUP/cpuset.cpus=0-3", "cpuset/GROUP/cpuset.mems=0", "cpuset/GROUP/cgroup.procs=42"],
            Plan(fake, "3:cpuset:/", new() { CpusetCpus = "1" }));
    }

    [Fact]
    public void V2_stands_beside_the_present_group_with_its_limits()
    {
        using var fake = FakeCgroups.V2(passed: "memory").AddV2Group("a").AddV2Group("a/b").Set("a/cgroup.subtree_control", "memory pids").Set("a/b/memory.max", "90000000").Set("a/b/pids.max", "50");
        Assert.Equal(["cgroup.subtree_control=+cpu", "cgroup.subtree_control=+pids", "a/cgroup.subtree_control=+cpu", "mkdir a/GROUP",
            "a/GROUP/memory.max=90000000", "a/GROUP/pids.max=50", "a/GROUP/cgroup.procs=42"], Plan(fake, "0::/a/b", new() { Cpus = 1 }).Where(static step => !step.Contains("+memory")));
    }

    [Fact]
    public void V2_at_the_root_stands_below_it()
    {
        using var fake = FakeCgroups.V2(passed: "pids");
        Assert.Equal(["mkdir GROUP", "GROUP/cgroup.procs=42"], Plan(fake, "0::/", new() { PidsLimit = 5 }));
    }

    [Fact]
    public void The_second_time_there_is_nothing_to_do()
    {
        using var fake = FakeCgroups.V1();
        Assert.Empty(Plan(fake, $"4:memory:/{Name}", new() { Memory = 40 << 20 }));
    }

    [Fact]
    public void Groups_of_ended_processes_are_removed_and_those_of_others_stay()
    {
        using var fake = FakeCgroups.V2();
        var ended = Directory.CreateDirectory($"{fake.Root}/a/pscontainer.limit-{Environment.ProcessId}-1").FullName;
        var foreign = Directory.CreateDirectory($"{fake.Root}/a/pscontainer.limit-x").FullName;
        Assert.Equal([ended], ProcessGroup.RemoveEnded(fake.Mounts));
        Assert.True(Directory.Exists(foreign));
    }

    [Fact]
    public void A_process_that_never_was_is_not_found()
        => Fails.With("ProcessNotFound", () => ContainerCgroup.ForProcess(int.MaxValue, FakeMounts()));

    private static CgroupMounts FakeMounts()
    {
        using var fake = FakeCgroups.V1();
        return fake.Mounts;
    }
}
