using System.Runtime.InteropServices;
using PSContainer.Kernel.Trees;

namespace PSContainer.Kernel;

/// <summary>What statx(2) tells of a file; links are not followed.</summary>
public readonly record struct FileStatus
{
    private const uint BasicStats = 0x7ff;

    /// <summary>Type and permissions, S_IFMT and the lower 12 bits.</summary>
    public required uint Mode { get; init; }
    public required uint Uid { get; init; }
    public required uint Gid { get; init; }
    public required uint Links { get; init; }
    public required ulong Inode { get; init; }
    /// <summary>Bytes.</summary>
    public required long Size { get; init; }
    /// <summary>Bytes that it takes on the disk.</summary>
    public required long Allocated { get; init; }
    /// <summary>The device that the file lies on.</summary>
    public required (uint Major, uint Minor) Device { get; init; }
    /// <summary>The device that the file is.</summary>
    public required (uint Major, uint Minor) Special { get; init; }
    /// <summary>Seconds since 1970 and nanoseconds.</summary>
    public required (long Seconds, uint Nanoseconds) Modified { get; init; }

    public FileKind Kind => (FileKind)(Mode & 0xF000);

    public uint Permissions => Mode & 0xFFF;

    /// <summary>Of a path below a directory descriptor; with an empty path, of the descriptor itself.</summary>
    /// <exception cref="KernelException"/>
    public static FileStatus Of(int directory, string path)
        => TryOf(directory, path) ?? throw new KernelException("statx", Syscall.Last, path);

    /// <summary>null where there is none: errno tells why.</summary>
    public static FileStatus? TryOf(int directory, string path) => TryOf(directory, (PathBytes)path);

    /// <inheritdoc cref="TryOf(int, string)"/>
    public static unsafe FileStatus? TryOf(int directory, in PathBytes path)
    {
        Buffer buffer;
        fixed (byte* name = path)
        {
            nint result = Syscall.Invoke(SyscallNumber.Statx, directory, (nint)name, Files.AtSymlinkNofollow | Files.AtEmptyPath, (nint)BasicStats, (nint)(&buffer));
            return result == 0 ? buffer.Status() : null;
        }
    }

    /// <summary>Overlayfs's mark of a name that is gone from the layers below: a character device 0:0.</summary>
    public bool IsWhiteout => Kind == FileKind.CharacterDevice && Special == (0, 0);

    /// <summary>Whether two are one file.</summary>
    public bool IsSame(FileStatus other) => Inode == other.Inode && Device == other.Device;

    // struct statx, linux/stat.h.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    internal struct Buffer
    {
        public uint Mask, BlockSize;
        public ulong Attributes;
        public uint Links, Uid, Gid;
        public ushort Mode, Spare;
        public ulong Inode, Size, Blocks, AttributesMask;
        public Timestamp Accessed, Born, Changed, Modified;
        public uint SpecialMajor, SpecialMinor, DeviceMajor, DeviceMinor;

        public readonly FileStatus Status() => new()
        {
            Mode = Mode, Uid = Uid, Gid = Gid, Links = Links, Inode = Inode, Size = (long)Size, Allocated = (long)Blocks * 512,
            Device = (DeviceMajor, DeviceMinor), Special = (SpecialMajor, SpecialMinor), Modified = (Modified.Seconds, Modified.Nanoseconds),
        };
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Timestamp
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Spare;
    }
}

/// <summary>S_IFMT: what a file is.</summary>
public enum FileKind : uint
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    Link = 0xA000,
    Socket = 0xC000,
}
