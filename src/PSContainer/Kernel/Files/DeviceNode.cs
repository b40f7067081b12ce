using System.Runtime.CompilerServices;

namespace PSContainer.Kernel;

/// <summary>Which device a node under /dev stands for: statx(2), stx_mode and stx_rdev.</summary>
public static unsafe class DeviceNode
{
    private const int StatxType = 0x1;
    private const int ModeOffset = 28, MajorOffset = 128, MinorOffset = 132;
    private const int TypeMask = 0xF000, BlockDevice = 0x6000;

    /// <summary>The numbers of a block device; links are followed.</summary>
    /// <param name="path">As "/dev/vda".</param>
    /// <param name="major">Its driver.</param>
    /// <param name="minor">Which of that driver's.</param>
    /// <returns>None; ENOTBLK where the path is something else; else what statx said.</returns>
    public static Errno TryRead(string path, out int major, out int minor)
    {
        major = minor = 0;
        var status = stackalloc byte[256];
        using var text = new NativeStrings();
        if (Syscall.Invoke(SyscallNumber.Statx, Files.AtFdcwd, text.Text(path), 0, StatxType, (nint)status) < 0) return Syscall.Last;
        if ((Unsafe.ReadUnaligned<ushort>(status + ModeOffset) & TypeMask) != BlockDevice) return Errno.ENOTBLK;
        major = Unsafe.ReadUnaligned<int>(status + MajorOffset);
        minor = Unsafe.ReadUnaligned<int>(status + MinorOffset);
        return Errno.None;
    }
}
