using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>docker's way to write the limit of one disk: "/dev/sda:10mb", or with the device's numbers, "8:0:10mb".</summary>
/// <param name="Major">Device number.</param>
/// <param name="Minor">Its second half.</param>
/// <param name="Rate">Bytes or operations a second; -1 for no limit.</param>
public readonly record struct DiskRate(int Major, int Minor, long Rate)
{
    /// <summary>Takes one such text apart and looks the device up.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="amount">Reads the part behind the last colon; null where it is no amount.</param>
    /// <exception cref="EngineException">LimitDeviceInvalid, LimitOutOfRange.</exception>
    public static DiskRate Parse(string text, Func<string, long?> amount)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0) throw Invalid(text, "a disk, a colon, and an amount are needed");
        if (amount(text[(colon + 1)..]) is not { } rate)
        {
            throw new EngineException("LimitOutOfRange", Reason.InvalidInput, $"'{Printable.Of(text)}': behind the last colon must stand an amount a second.", "Write /dev/sda:10mb, or /dev/sda:max for no limit.");
        }
        var device = text[..colon];
        if (device.Split(':') is [var first, var second] && int.TryParse(first, out var major) && int.TryParse(second, out var minor)) return new(major, minor, rate);
        return DeviceNode.TryRead(device, out major, out minor) switch
        {
            Errno.None => new(major, minor, rate),
            Errno.ENOTBLK => throw Invalid(text, $"{Printable.Of(device)} is no disk"),
            Errno.ENOENT or Errno.ENOTDIR => throw Invalid(text, $"there is no {Printable.Of(device)}"),
            var errno => throw Invalid(text, KernelException.Describe(errno)),
        };
    }

    private static EngineException Invalid(string text, string why)
        => new("LimitDeviceInvalid", Reason.InvalidInput, $"'{Printable.Of(text)}' limits no disk: {why}.", "Write /dev/sda:10mb; lsblk -d lists the disks.");
}
