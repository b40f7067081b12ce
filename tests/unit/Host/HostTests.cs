using PSContainer.Engine.Host;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Host;

public class HostTests
{
    private static readonly byte[] MountTable = """
        27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
        31 27 0:28 / /var rw,relatime - btrfs /dev/vdb rw
        32 31 0:29 / /var/lib/two\040words rw - xfs /dev/vdc rw
        33 31 0:30 / /var rw - tmpfs tmpfs rw

        """u8.ToArray();

    [Theory]
    [InlineData("/usr", "ext4", "/")]
    [InlineData("/variable", "ext4", "/")]
    [InlineData("/var/x", "tmpfs", "/var")]
    [InlineData("/var/lib/two words/x", "xfs", "/var/lib/two words")]
    public void A_path_lies_on_the_longest_mount_above_it(string path, string type, string point)
        => Assert.Equal((type, point), StorageSpace.Find(MountTable, path));

    [Fact]
    public void The_systems_name_loses_its_quotes()
    {
        Assert.Equal("Debian GNU/Linux 12 (bookworm)", HostReader.OperatingSystemName(["ID=debian", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\""]));
        Assert.Equal("Linux", HostReader.OperatingSystemName([]));
    }

    [Fact]
    public void Root_without_its_rights_is_told_which()
    {
        Assert.Empty(HostChecks.Missing("Name:\tx\nCapEff:\t000001ffffffffff\n"));
        // docker's default set.
        Assert.Equal([Capability.CAP_SYS_ADMIN, Capability.CAP_NET_ADMIN], HostChecks.Missing("CapEff:\t00000000a80425fb\n"));
    }

    [Fact]
    public void Probes_find_what_every_kernel_under_support_has()
    {
        foreach (var answer in (ReadOnlySpan<Errno>)[CallProbe.Clone3(), CallProbe.Openat2(), CallProbe.Pidfd(), CallProbe.CloseRange(), CallProbe.MountCalls(), CallProbe.MountSetattr()])
        {
            Assert.NotEqual(Errno.ENOSYS, answer);
        }
    }

    [Fact]
    public void A_file_system_that_no_kernel_has_is_not_there()
        => Assert.Contains(CallProbe.FileSystem("nosuchfs"), (Errno[])[Errno.ENODEV, Errno.EPERM]);
}
