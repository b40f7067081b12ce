using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>Which device a node under /dev stands for: statx(2), stx_mode and stx_rdev.</summary>
public static unsafe class DeviceNode
{
    private const uint StatxType = 0x1;
    private const int TypeMask = 0xF000, BlockDevice = 0x6000;

    /// <summary>The numbers of a block device; links are followed.</summary>
    /// <param name="path">As "/dev/vda".</param>
    /// <param name="major">Its driver.</param>
    /// <param name="minor">Which of that driver's.</param>
    /// <returns>None; ENOTBLK where the path is something else; else what statx said.</returns>
    public static Errno TryRead(string path, out int major, out int minor)
    {
        major = minor = 0;
        statx told;
        using var text = new NativeStrings();
        if (LibC.statx(Files.AtFdcwd, (byte*)text.Text(path), 0, StatxType, &told) < 0) return Syscall.Last;
        if ((told.stx_mode & TypeMask) != BlockDevice) return Errno.ENOTBLK;
        (major, minor) = ((int)told.stx_rdev_major, (int)told.stx_rdev_minor);
        return Errno.None;
    }
}
