using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Plan;

/// <summary>Roots of images.</summary>
public class LayerTests
{
    private static RootSource.Layers Root(int count = 2) => new("box:1", [.. Enumerable.Range(0, count).Select(i => $"/layers/{i}/fs")], "/containers/x", "/containers/x/rootfs");

    private static SyscallPlan Build(RootSource root) => SamplePlan.Build(SamplePlan.Spec(), request => request with { Root = root });

    [Fact]
    public void Layers_get_short_names_beside_each_other_and_the_overlay_takes_these()
    {
        SyscallPlan plan = Build(Root());
        plan.InOrder("fsopen(\"tmpfs\"", "move_mount(<tmpfs>", "symlinkat(\"/layers/0/fs\", <tmpfs>, \"0\")", "symlinkat(\"/layers/1/fs\", <tmpfs>, \"1\")",
            "symlinkat(\"/containers/x/upper\", <tmpfs>, \"upper\")", "symlinkat(\"/containers/x/work\", <tmpfs>, \"work\")", "fchdir(<tmpfs>)",
            "mount(\"overlay\", \"/containers/x/rootfs\", \"overlay\", 0, \"lowerdir=0:1,upperdir=upper,workdir=work,", "openat(AT_FDCWD, \"/containers/x/rootfs\"", "fsopen(\"proc\"", "pivot_root");
        Assert.False(plan.Has("mkdirat(<tmpfs>, \"upper\""));
    }

    [Fact]
    public void The_upper_directory_is_a_whole_layer_by_itself()
    {
        string[] options = LayerStack.Options(3, isWritable: true, isVolatile: false).Split(',');
        Assert.Contains("redirect_dir=nofollow", options);
        Assert.Contains("metacopy=off", options);
        Assert.Contains("index=off", options);
        Assert.DoesNotContain("volatile", options);
    }

    [Fact]
    public void What_removes_itself_waits_for_no_disk() => Assert.True(Build(Root() with { IsVolatile = true }).Has("mount(\"overlay\"", ",volatile"));

    [Fact]
    public void Memory_takes_what_is_written_where_the_disk_can_t()
    {
        SyscallPlan plan = Build(Root() with { Writable = null });
        plan.InOrder("mkdirat(<tmpfs>, \"upper\"", "mkdirat(<tmpfs>, \"work\"", "fchdir(<tmpfs>)", "upperdir=upper,workdir=work");
        Assert.False(plan.Has("symlinkat(\"/containers"));
    }

    [Fact]
    public void As_many_layers_as_the_kernel_takes_fit_one_page()
    {
        const int page = 4096;
        string[] names = [.. Enumerable.Range(0, LayerStack.MostLayers + 1).Select(LayerStack.Link)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.DoesNotContain(names, name => name is LayerStack.Upper or LayerStack.Work);
        Assert.True(LayerStack.Options(names.Length, isWritable: true, isVolatile: true).Length < page);
    }

    [Fact]
    public void A_read_only_root_has_an_upper_directory_for_what_is_missed_to_mount_on_and_is_sealed_last()
    {
        SyscallPlan plan = SamplePlan.Build(SamplePlan.Spec() with { Root = new RootSpec("rootfs", true) }, request => request with { Root = Root() });
        Assert.True(plan.Find("root.readonly") > plan.Last("move_mount"));
        Assert.True(plan.Has("upperdir=upper"));
    }

    [Fact]
    public void A_layer_that_is_gone_is_told_as_that()
    {
        Step mount = Build(Root()).Step("mount(\"overlay\"");
        Assert.Equal("LayerMissing", PlanFailure.Explain(mount, Errno.ENOENT, "x").Id);
        Assert.Equal("KernelFeatureMissing", PlanFailure.Explain(mount, Errno.ENODEV, "x").Id);
        Assert.Equal("PermissionDenied", PlanFailure.Explain(mount, Errno.EPERM, "x").Id);
    }
}
