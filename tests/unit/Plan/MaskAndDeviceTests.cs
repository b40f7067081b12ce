using PSContainer.Engine.Plan;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Plan;

public class MaskAndDeviceTests
{
    [Fact]
    public void The_mask_is_the_hosts_own_and_goes_on_by_descriptor()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec());
        plan.InOrder("open_tree(AT_FDCWD, \"/dev/null\", OPEN_TREE_CLONE)", "fsopen(\"tmpfs\"", "RDONLY|NOSUID|NODEV|NOEXEC", "is there such a folder?", "or such a file?", "pivot_root");
        Step folder = plan.Step("is there such a folder?"), file = plan.Step("or such a file?");
        // A link there is an attack (CVE-2025-31133), not an absence.
        Assert.Equal([Errno.ENOENT, Errno.ENOTDIR], folder.Tolerated);
        Assert.Equal([Errno.ENOENT, Errno.ENOTDIR], file.Tolerated);
        Assert.Equal(folder.Result, file.Unless);
        Assert.All(plan.Child.Where(step => step.Call == Call.MoveMount && step.Why == "/proc/keys shows nothing"), step => Assert.Empty(step.Tolerated));
    }

    [Fact]
    public void A_read_only_path_is_a_recursive_copy_of_itself()
        => SamplePlan.Build(SamplePlan.Spec()).InOrder("openat2(<tree of /srv/root>, \"/proc/sys\"", "open_tree(</proc/sys>, \"\", OPEN_TREE_CLONE|AT_EMPTY_PATH|AT_RECURSIVE)", "{RDONLY}", "move_mount(<copy of /proc/sys>");

    [Fact]
    public void Without_masks_there_is_nothing_to_mask_with()
        => Assert.False(SamplePlan.Build(spec => spec.With((LinuxSpec l) => l with { MaskedPaths = [] })).Has("\"/dev/null\", OPEN_TREE_CLONE"));

    [Fact]
    public void Dev_has_the_nodes_and_links_that_programs_expect()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec());
        Assert.Equal(6, plan.Count("mknodat"));
        foreach ((string name, uint major, uint minor) in ((string, uint, uint)[])[("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)])
        {
            Step node = plan.Step($"mknodat(</dev>, \"{name}\", S_IFCHR|0666");
            Assert.Equal((major << 8) | minor, ((Argument.Number)node.Arguments[3]).Value);
            Assert.Equal(0x2000 | 0x1B6, ((Argument.Number)node.Arguments[2]).Value);
        }
        foreach (string link in (string[])["fd", "stdin", "stdout", "stderr", "ptmx"]) Assert.True(plan.Has("symlinkat(", $"</dev>, \"{link}\")"));
        Assert.True(plan.Find("fsopen(\"tmpfs\"") < plan.Find("mknodat"));
    }

    [Theory]
    [InlineData('c', 10u, 200u, 0x2000, 0xAC8)]
    [InlineData('b', 8u, 0u, 0x6000, 0x800)]
    [InlineData('b', 259u, 300u, 0x6000, 0x11032C)] // 12 bits of minor, split around the major
    [InlineData('p', 0u, 0u, 0x1000, 0)]
    public void Devices_of_the_configuration_are_added(char type, uint major, uint minor, int kind, long number)
    {
        SyscallPlan plan = SamplePlan.Build(spec => spec.With((LinuxSpec l) => l with { Devices = [new("/dev/sub/extra", type, major, minor, 0x180, 7, 8)] }));
        Step node = plan.Step("mknodat(</dev/sub>, \"extra\"");
        Assert.Equal(kind | 0x180, ((Argument.Number)node.Arguments[2]).Value);
        Assert.Equal(number, ((Argument.Number)node.Arguments[3]).Value);
        Assert.Contains("7, 8, AT_SYMLINK_NOFOLLOW", plan.Step("fchownat(</dev/sub>, \"extra\"").ToString());
    }

    [Fact]
    public void A_device_replaces_the_usual_one_never_and_lies_below_dev()
    {
        SyscallPlan plan = SamplePlan.Build(spec => spec.With((LinuxSpec l) => l with { Devices = [new("/dev/null", 'c', 1, 1, 0x180, 0, 0)] }));
        Assert.Equal(1, plan.Count("mknodat", "\"null\""));
        Assert.Equal(0x103, ((Argument.Number)plan.Step("mknodat", "\"null\"").Arguments[3]).Value);
        foreach (string path in (string[])["/etc/x", "/dev", "/", "/device/x"])
            Fails.With("DeviceInvalid", () => SamplePlan.Build(spec => spec.With((LinuxSpec l) => l with { Devices = [new(path, 'c', 1, 3, 0x180, 0, 0)] })));
    }

    [Fact]
    public void A_dev_that_is_bound_brings_its_own()
        => Assert.False(SamplePlan.Build(spec => spec.Mounting("/dev", "bind", "/dev", "rbind")).Has("mknodat"));

    [Fact]
    public void Dev_is_a_real_folder()
        => Assert.Contains("RESOLVE_NO_SYMLINKS", SamplePlan.Build(SamplePlan.Spec()).Step("openat2(<tree of /srv/root>, \"/dev\"", "the device nodes' folder").ToString());

    [Fact]
    public void A_terminal_comes_from_the_containers_own_devpts_and_its_slave_by_no_path()
    {
        SyscallPlan plan = SamplePlan.Build(spec => spec.With((ProcessSpec p) => p with { Terminal = true }));
        plan.InOrder("setsid", "openat2(<tree of /srv/root>, \"/dev/pts/ptmx\"", "TIOCSPTLCK", "TIOCGPTPEER", "hand over", "dup3(<slave>, 0", "dup3(<slave>, 1", "dup3(<slave>, 2", "TIOCSCTTY", "pivot_root", "close_range");
        Assert.Contains("RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS|RESOLVE_NO_SYMLINKS", plan.Step("openat2(<tree of /srv/root>, \"/dev/pts/ptmx\"").ToString());
        Assert.False(SamplePlan.Build(SamplePlan.Spec()).Has("ptmx\","));
    }
}
