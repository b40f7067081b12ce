using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Plan;

public class MountOptionsTests
{
    private static MountOptions Parse(string options) => MountOptions.Parse(options.Split(',', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData("ro,nosuid,nodev,noexec", MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec, MountAttributes.None)]
    [InlineData("ro,rw", MountAttributes.None, MountAttributes.ReadOnly)]
    [InlineData("rw,ro", MountAttributes.ReadOnly, MountAttributes.None)]
    [InlineData("noexec,exec,suid,dev", MountAttributes.None, MountAttributes.NoExec | MountAttributes.NoSuid | MountAttributes.NoDev)]
    [InlineData("strictatime", MountAttributes.StrictAtime, MountAttributes.AccessTimes)]
    [InlineData("noatime", MountAttributes.NoAtime, MountAttributes.AccessTimes)]
    [InlineData("relatime", MountAttributes.None, MountAttributes.AccessTimes)]
    [InlineData("nosymfollow,nodiratime", MountAttributes.NoSymfollow | MountAttributes.NoDiratime, MountAttributes.None)]
    [InlineData("defaults,async", MountAttributes.None, MountAttributes.None)]
    public void Attributes_are_set_and_cleared_and_the_last_one_counts(string options, MountAttributes set, MountAttributes clear)
    {
        MountOptions parsed = Parse(options);
        Assert.Equal((set, clear, false), (parsed.Set, parsed.Clear & ~(set & ~MountAttributes.AccessTimes), parsed.RecursiveAttributes));
        Assert.Empty(parsed.Data);
    }

    [Theory]
    [InlineData("bind", false, false)]
    [InlineData("bind,idmap", true, false)]
    [InlineData("ridmap,rbind", true, true)]
    public void Owners_are_mapped_where_it_is_asked_for(string options, bool idmap, bool recursive)
    {
        MountOptions parsed = Parse(options);
        Assert.Equal((idmap, recursive), (parsed.Idmap, parsed.RecursiveIdmap));
        Assert.Empty(parsed.Data);
    }

    [Theory]
    [InlineData("rro", MountAttributes.ReadOnly)]
    [InlineData("rnoexec", MountAttributes.NoExec)]
    [InlineData("rnosuid", MountAttributes.NoSuid)]
    public void With_an_r_they_hold_below_as_well(string option, MountAttributes set)
        => Assert.Equal((set, true), (Parse(option).Set, Parse(option).RecursiveAttributes));

    [Theory]
    [InlineData("private", Propagation.Private, false)]
    [InlineData("rprivate", Propagation.Private, true)]
    [InlineData("slave", Propagation.Slave, false)]
    [InlineData("rshared", Propagation.Shared, true)]
    [InlineData("runbindable", Propagation.Unbindable, true)]
    [InlineData("", Propagation.Unchanged, false)]
    public void Propagation_is_one_of_its_words(string option, Propagation propagation, bool recursive)
        => Assert.Equal((propagation, recursive), (Parse(option).Propagation, Parse(option).RecursivePropagation));

    [Fact]
    public void Bind_and_rbind_are_told_apart()
    {
        Assert.Equal((true, false), (Parse("bind").Bind, Parse("bind").RecursiveBind));
        Assert.Equal((true, true), (Parse("rbind").Bind, Parse("rbind").RecursiveBind));
        Assert.False(Parse("ro").Bind);
    }

    [Fact]
    public void What_is_unknown_is_the_file_systems()
        => Assert.Equal(["mode=755", "size=64k", "newinstance", "RO", "remount"], Parse("mode=755,ro,size=64k,newinstance,RO,rprivate,remount").Data);
}
