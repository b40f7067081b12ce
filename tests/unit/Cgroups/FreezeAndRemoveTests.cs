namespace PSContainer.Tests.Unit.Cgroups;

public class FreezeAndRemoveTests
{
    [Fact]
    public void V1_is_frozen_by_its_state_file()
    {
        using var fake = FakeCgroups.V1().AddV1Group();
        fake.Open().Freeze();
        Assert.Equal("FROZEN", fake.Get("freezer/c/freezer.state"));
        Assert.True(fake.Open().IsFrozen);
        fake.Open().Thaw();
        Assert.False(fake.Open().IsFrozen);
    }

    [Fact]
    public void V2_waits_for_the_event_and_thaws_when_it_does_not_come()
    {
        using var fake = FakeCgroups.V2().AddV2Group();
        Fails.With("FreezeTimedOut", () => fake.Open().Freeze(TimeSpan.FromMilliseconds(30)));
        Assert.Equal("0", fake.Get("c/cgroup.freeze"));
        fake.Set("c/cgroup.events", "populated 1\nfrozen 1");
        fake.Open().Freeze();
        Assert.Equal("1", fake.Get("c/cgroup.freeze"));
        Assert.True(fake.Open().IsFrozen);
    }

    [Fact]
    public void Hybrid_prefers_v2_where_the_processes_are_in_it()
    {
        using var fake = FakeCgroups.Hybrid().AddV1Group().AddV2Group("unified/c");
        fake.Set("unified/c/cgroup.events", "populated 1\nfrozen 1");
        fake.Open().Freeze();
        Assert.Equal("1", fake.Get("unified/c/cgroup.freeze"));
        Assert.Equal("THAWED", fake.Get("freezer/c/freezer.state"));
        fake.Set("unified/c/cgroup.freeze", "0").Set("unified/c/cgroup.events", "populated 0\nfrozen 0");
        fake.Open().Freeze();
        Assert.Equal("FROZEN", fake.Get("freezer/c/freezer.state"));
    }

    [Fact]
    public void What_is_gone_cannot_be_frozen()
    {
        using var fake = FakeCgroups.V2();
        Fails.With("CgroupNotFound", () => fake.Open("/gone").Freeze());
    }

    [Fact]
    public void Removal_takes_groups_below_along_and_tolerates_absence()
    {
        using var fake = FakeCgroups.V1();
        Directory.CreateDirectory(fake.Root + "/memory/c/inner/most");
        Directory.CreateDirectory(fake.Root + "/cpu/c");
        fake.Open().Remove();
        Assert.Empty(Directory.GetDirectories(fake.Root, "c", SearchOption.AllDirectories));
        fake.Open().Remove();
    }

    [Fact]
    public void What_cannot_be_removed_is_an_error_in_time()
    {
        // A file in the way does what a process in an uninterruptible sleep does.
        using var fake = FakeCgroups.V1().Set("memory/c/stuck", "");
        Fails.With("CgroupBusy", () => fake.Open().Remove(TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public void The_root_is_never_removed()
    {
        using var fake = FakeCgroups.V2();
        fake.Open("/").Remove();
        fake.Open("/").Kill();
        Assert.True(Directory.Exists(fake.Root));
    }

    [Fact]
    public void Processes_are_listed_with_the_groups_below_and_without_strangers()
    {
        using var fake = FakeCgroups.V2().AddV2Group().Set("c/cgroup.procs", "11\n0\n12").Set("c/inner/cgroup.procs", "13");
        Assert.Equal([11, 12, 13], fake.Open().ProcessIds());
    }
}
