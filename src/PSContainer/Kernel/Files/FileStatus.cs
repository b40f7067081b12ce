using PSContainer.Kernel.Trees;
using Tmds.Linux;

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
        statx told;
        fixed (byte* name = path) return LibC.statx(directory, name, Files.AtSymlinkNofollow | Files.AtEmptyPath, BasicStats, &told) == 0 ? Of(told) : null;
    }

    /// <summary>Overlayfs's mark of a name that is gone from the layers below: a character device 0:0.</summary>
    public bool IsWhiteout => Kind == FileKind.CharacterDevice && Special == (0, 0);

    /// <summary>Whether two are one file.</summary>
    public bool IsSame(FileStatus other) => Inode == other.Inode && Device == other.Device;

    private static FileStatus Of(in statx told) => new()
    {
        Mode = told.stx_mode, Uid = told.stx_uid, Gid = told.stx_gid, Links = told.stx_nlink, Inode = told.stx_ino, Size = (long)told.stx_size, Allocated = (long)told.stx_blocks * 512,
        Device = (told.stx_dev_major, told.stx_dev_minor), Special = (told.stx_rdev_major, told.stx_rdev_minor), Modified = (told.stx_mtime.tv_sec, told.stx_mtime.tv_nsec),
    };
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
