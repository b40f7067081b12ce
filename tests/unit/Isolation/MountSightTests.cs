using System.Text;
using PSContainer.Engine.Isolation.Sides;

namespace PSContainer.Tests.Unit.Isolation;

public class MountSightTests
{
    private static MountSight Parse(params string[] lines) => MountSight.Parse(Encoding.UTF8.GetBytes(string.Join('\n', lines) + '\n'));

    private static readonly MountSight s_container = Parse(
        "100 50 0:56 / / rw,relatime - overlay pscontainer rw,lowerdir=0:1:2,upperdir=u,workdir=w",
        "101 100 0:57 / /proc rw - proc proc rw",
        "102 101 0:60 /meminfo /proc/meminfo rw,nosuid - fuse.lxcfs lxcfs rw",
        @"103 100 0:61 / /data\040x rw master:7 - fuse.sshfs host:/ rw",
        "104 100 8:1 / /srv ro,nosuid - ext4 /dev/sda1 rw");

    [Fact]
    public void Counts_and_finds_the_root()
    {
        Assert.Equal(5, s_container.Count);
        Assert.Equal(1, s_container.Followers);
        Assert.Equal("overlay", s_container.Root!.Value.FileSystem);
        Assert.False(s_container.Root!.Value.IsReadOnly);
        Assert.True(s_container.At("/srv/x")!.Value.IsReadOnly);
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("/proc", true)]
    [InlineData("/proc/1/comm", true)]
    [InlineData("/proc/meminfo", false)]
    [InlineData("/data x/file", false)]
    [InlineData("/data xy", true)]
    [InlineData("/etc/passwd", true)]
    public void A_server_is_never_asked(string path, bool isPrompt) => Assert.Equal(isPrompt, s_container.IsPrompt(path));

    [Fact]
    public void What_is_mounted_last_on_a_place_lies_on_top()
        => Assert.Equal("tmpfs", Parse("1 0 8:1 / / rw - ext4 /dev/a rw", "2 1 0:9 / / ro - tmpfs t rw").Root!.Value.FileSystem);

    [Fact]
    public void A_root_that_is_a_folder_is_no_mount()
    {
        MountSight chrooted = Parse("7 3 0:5 / /proc rw - proc proc rw");
        Assert.Null(chrooted.Root);
        Assert.False(chrooted.IsPrompt("/"));
    }

    [Theory]
    [InlineData("rw,lowerdir=0:1:2,upperdir=u", 3)]
    [InlineData("rw,lowerdir=/a", 1)]
    [InlineData(@"rw,lowerdir=/a\:b:/c", 2)]
    [InlineData("rw,lowerdir+=/a,lowerdir+=/b,upperdir=/u", 2)]
    [InlineData("rw,size=4k", 0)]
    public void Layers_are_counted_in_both_spellings(string options, int layers) => Assert.Equal(layers, MountSight.LayersIn(options));
}
