using PSContainer.Engine.Cgroups.Controllers;

namespace PSContainer.Tests.Unit.Cgroups;

public class DiskRateTests
{
    private static long? Amount(string text) => text == "max" ? -1 : long.TryParse(text, out var number) ? number : null;

    [Fact]
    public void Numbers_of_a_device_need_no_node() => Assert.Equal(new DiskRate(8, 16, 10), DiskRate.Parse("8:16:10", Amount));

    [Fact]
    public void No_limit_is_a_word() => Assert.Equal(-1, DiskRate.Parse("8:0:max", Amount).Rate);

    [Theory]
    [InlineData("8:0:fast", "LimitOutOfRange")]
    [InlineData("10", "LimitDeviceInvalid")]
    [InlineData(":10", "LimitDeviceInvalid")]
    [InlineData("/dev/nosuch:10", "LimitDeviceInvalid")]
    [InlineData("/dev/null:10", "LimitDeviceInvalid")]
    [InlineData("/etc/passwd/x:10", "LimitDeviceInvalid")]
    public void What_names_no_disk_is_refused(string text, string id) => Fails.With(id, () => DiskRate.Parse(text, Amount));
}
