using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Plan;

public class MountTests
{
    [Fact]
    public void A_file_system_is_made_whole_before_it_is_seen()
        => SamplePlan.Build(spec => spec.Mounting("/x", "tmpfs", "shm", "nosuid", "noexec", "ro", "mode=1777", "size=64k")).InOrder(
            "openat2(<tree of /srv/root>, \"/x\"", "fsopen(\"tmpfs\"", "\"source\", \"shm\"", "\"mode\", \"1777\"", "\"size\", \"64k\"", "CMD_CREATE", "RDONLY|NOSUID|NOEXEC", "move_mount(<tmpfs>, \"\", </x>");

    [Theory]
    [InlineData("/proc", "proc")]
    [InlineData("/sys", "sysfs")]
    public void Proc_and_sys_are_reached_through_no_link(string destination, string type)
    {
        SyscallPlan plan = SamplePlan.Build(spec => (spec with { Mounts = [] }).With((LinuxSpec l) => l with { MaskedPaths = [], ReadonlyPaths = [] }).Mounting(destination, type, type));
        Assert.Contains("RESOLVE_NO_SYMLINKS", plan.Step("openat2(<tree of /srv/root>", $"\"{destination}\"").ToString());
    }

    [Fact]
    public void Every_path_of_the_root_is_resolved_in_it_and_through_no_magic_link()
    {
        SyscallPlan plan = SamplePlan.Build(spec => spec.Mounting("/a/b", "tmpfs", "tmpfs").Mounting("/c", "bind", "/etc/x.conf"));
        foreach (Step step in plan.Child.Where(step => step.Call == Call.Openat2 && step.Arguments[0].ToString() == "<tree of /srv/root>"))
            Assert.True(step.ToString().Contains("RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS") || step.ToString().Contains("RESOLVE_BENEATH"), step.ToString());
        // And nothing is mounted on a path.
        Assert.All(plan.Child.Where(step => step.Call == Call.MoveMount), step => Assert.IsType<Argument.Contents>(step.Arguments[2]));
    }

    [Fact]
    public void A_bind_mount_is_private_and_recursive_as_it_says()
    {
        SyscallPlan rbind = SamplePlan.Build(spec => spec.Mounting("/data", "bind", "/srv/data", "rbind", "ro"));
        rbind.InOrder("open_tree(AT_FDCWD, \"/srv/data\", OPEN_TREE_CLONE|AT_RECURSIVE)", "{RDONLY}", "AT_EMPTY_PATH|AT_RECURSIVE, {0, MS_PRIVATE}", "openat2(<tree of /srv/root>, \"/data\"", "move_mount(<tree of /srv/data>");
        SyscallPlan bind = SamplePlan.Build(spec => spec.Mounting("/data", null, "/srv/data", "bind", "rslave", "rro"));
        bind.InOrder("open_tree(AT_FDCWD, \"/srv/data\", OPEN_TREE_CLONE)", "AT_RECURSIVE, {RDONLY}", "{0, MS_SLAVE}");
    }

    [Fact]
    public void What_is_missing_is_made_and_nothing_else()
    {
        Step file = SamplePlan.Build(spec => spec.Mounting("/etc/x.conf", "bind", "/srv/x.conf", "bind")).Step("make file(<tree of /srv/root>, \"/etc/x.conf\", 0644, 40)");
        Assert.Equal(file.Result, file.Unless);
        Step folder = SamplePlan.Build(spec => spec.Mounting("/a/b", "tmpfs", "tmpfs")).Step("make folder(<tree of /srv/root>, \"/a/b\", 0755, 40)");
        Assert.Equal(folder.Result, folder.Unless);
        // Where no link may be, none is followed to make something.
        Assert.True(SamplePlan.Build(SamplePlan.Spec()).Has("make folder(<tree of /srv/root>, \"/proc\", 0755, 0)"));
    }

    [Fact]
    public void A_tmpfs_takes_the_mode_of_the_folder_below_it_that_was_there_unless_one_is_asked_for()
    {
        SyscallPlan plan = SamplePlan.Build(spec => spec.Mounting("/x", "tmpfs", "tmpfs", "size=64k"));
        plan.InOrder("openat2(<tree of /srv/root>, \"/x\"", "fsmount(", "copy mode(</x>, <tmpfs>)", "make folder(<tree of /srv/root>, \"/x\"", "move_mount(<tmpfs>, \"\", </x>");
        Assert.False(SamplePlan.Build(spec => spec.Mounting("/x", "tmpfs", "tmpfs", "mode=1777")).Has("copy mode(</x>"));
        Assert.False(SamplePlan.Build(spec => spec.Mounting("/x", "mqueue", "mqueue")).Has("copy mode(</x>"));
    }

    [Fact]
    public void Mounts_that_can_t_be_are_refused()
    {
        foreach (string root in (string[])["/", "", "//", "/./"]) Fails.With("MountTargetInvalid", () => SamplePlan.Build(spec => spec.Mounting(root, "tmpfs", "tmpfs")));
        Fails.With("ConfigInvalid", () => SamplePlan.Build(spec => spec.Mounting("/x", null, "tmpfs")));
        Fails.With("ConfigInvalid", () => SamplePlan.Build(spec => spec.Mounting("/x", "bind", null)));
    }

    [Fact]
    public void A_folder_is_the_root_as_a_mount_of_its_own_without_what_is_mounted_below()
        => SamplePlan.Build(SamplePlan.Spec()).InOrder("open_tree(AT_FDCWD, \"/srv/root\", OPEN_TREE_CLONE)", "openat(AT_FDCWD, \"/srv/root\", O_PATH|O_DIRECTORY)", "move_mount(<tree of /srv/root>", "fsopen(\"proc\"");

    [Fact]
    public void A_throwaway_root_is_an_overlay_over_a_tmpfs_that_ends_with_it()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec(), request => request with { Root = new RootSource.Throwaway(["/top", "/a:b\\c"], "/var/lib/x/rootfs") });
        plan.InOrder("fsopen(\"tmpfs\"", "mkdirat(<tmpfs>, \"upper\"", "mkdirat(<tmpfs>, \"work\"", "move_mount(<tmpfs>", "fsopen(\"overlay\"",
            "\"lowerdir\", \"/top:/a\\:b\\\\c\"", "\"upperdir\", \"/var/lib/x/rootfs/upper\"", "\"workdir\", \"/var/lib/x/rootfs/work\"", "move_mount(<overlay>", "fsopen(\"proc\"", "pivot_root");
        Assert.Equal("fchdir(<overlay>)", plan.Child[plan.Find("pivot_root") - 1].ToString());
    }

    [Fact]
    public void A_read_only_root_needs_no_overlay_and_is_sealed_last()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec() with { Root = new RootSpec("rootfs", true) }, request => request with { Root = new RootSource.Throwaway(["/"], "/var/lib/x/rootfs") });
        Assert.False(plan.Has("fsopen(\"overlay\""));
        int seal = plan.Find("mount_setattr(<tree of />", "{RDONLY}", "root.readonly");
        Assert.True(seal > plan.Last("move_mount"));
        Assert.True(seal > plan.Last("mknodat"));
        Assert.True(seal < plan.Find("pivot_root"));
        Assert.False(SamplePlan.Build(SamplePlan.Spec()).Has("root.readonly"));
    }
}
