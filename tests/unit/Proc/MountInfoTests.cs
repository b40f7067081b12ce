using System.Text;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Proc;

public class MountInfoTests
{
    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field);

    [Fact]
    public void A_namespace_mount_is_split_into_its_fields()
    {
        var line = @"53 27 0:4 net:[4026532275] /run/netns/two\040words rw shared:24 master:3 - nsfs nsfs rw"u8;
        Assert.True(MountInfo.TryParse(line, out var mount));
        Assert.Equal(53, mount.Id);
        Assert.Equal(27, mount.ParentId);
        Assert.Equal("0:4", Text(mount.Device));
        Assert.Equal("net:[4026532275]", Text(mount.Root));
        Assert.Equal("/run/netns/two words", MountInfo.Unescape(mount.MountPoint));
        Assert.Equal("rw", Text(mount.Options));
        Assert.Equal("shared:24 master:3", Text(mount.Propagation));
        Assert.Equal("nsfs", Text(mount.FileSystem));
        Assert.Equal("nsfs", Text(mount.Source));
        Assert.Equal("rw", Text(mount.SuperOptions));
    }

    [Fact]
    public void No_propagation_is_an_empty_field()
    {
        Assert.True(MountInfo.TryParse("27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard"u8, out var mount));
        Assert.True(mount.Propagation.IsEmpty);
        Assert.Equal("/", Text(mount.MountPoint));
        Assert.Equal("rw,discard", Text(mount.SuperOptions));
    }

    [Theory]
    [InlineData(@"/plain", "/plain")]
    [InlineData(@"/a\040b", "/a b")]
    [InlineData(@"/tab\011nl\012back\134slash\043", "/tab\tnl\nback\\slash#")]
    [InlineData(@"/cut\04", @"/cut\04")]
    [InlineData(@"/not\09octal", @"/not\09octal")]
    [InlineData(@"/ü\040", "/ü ")]
    [InlineData(@"\", @"\")]
    public void Octal_escapes_are_undone(string escaped, string plain)
        => Assert.Equal(plain, MountInfo.Unescape(Encoding.UTF8.GetBytes(escaped)));

    [Theory]
    [InlineData("")]
    [InlineData("53 27 0:4 / /run rw")]
    [InlineData("x 27 0:4 / /run rw - nsfs nsfs rw")]
    [InlineData("53 27 - nsfs nsfs rw")]
    [InlineData("53 27 0:4 / /run rw - ")]
    public void A_torn_line_is_refused(string line) => Assert.False(MountInfo.TryParse(Encoding.UTF8.GetBytes(line), out _));

    [Fact]
    public void Every_mount_of_this_process_parses()
    {
        ReadOnlySpan<byte> text = File.ReadAllBytes("/proc/self/mountinfo");
        var count = 0;
        while (!text.IsEmpty)
        {
            Assert.True(MountInfo.TryParse(MountInfo.NextLine(ref text), out var mount));
            Assert.Equal((byte)'/', mount.MountPoint[0]);
            count++;
        }

        Assert.Equal(File.ReadLines("/proc/self/mountinfo").Count(), count);
    }
}
