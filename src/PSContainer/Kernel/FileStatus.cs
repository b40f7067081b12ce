using System.Runtime.CompilerServices;

namespace PSContainer.Kernel;

/// <summary>What a directory entry is: the S_IFMT part of inode(7)'s mode.</summary>
public enum FileKind
{
    Unknown = 0,
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    File = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}

/// <summary>What statx(2) tells of a file; never of what a link at the end of the path points to.</summary>
public readonly record struct FileStatus
{
    private const int WantedMask = 0x7FF;

    public FileKind Kind { get; private init; }
    /// <summary>Permissions with setuid, setgid and sticky: the lower 12 bits.</summary>
    public uint Mode { get; private init; }
    public uint Uid { get; private init; }
    public uint Gid { get; private init; }
    public uint Links { get; private init; }
    public long Size { get; private init; }
    public ulong Inode { get; private init; }
    /// <summary>The file system that it lies on.</summary>
    public (uint Major, uint Minor) Device { get; private init; }
    /// <summary>Which device a node stands for.</summary>
    public (uint Major, uint Minor) Node { get; private init; }
    /// <summary>Seconds since 1970, and nanoseconds.</summary>
    public (long Seconds, uint Nanoseconds) Modified { get; private init; }

    /// <summary>overlayfs's mark for "deleted here": a character device 0:0.</summary>
    public bool IsWhiteout => Kind == FileKind.CharacterDevice && Node == (0, 0);

    /// <summary>Of what an open descriptor names.</summary>
    /// <exception cref="KernelException"/>
    public static FileStatus Of(int descriptor) => TryRead(descriptor, new EntryName([]), out FileStatus status) is Errno.None
        ? status : throw new KernelException("statx", Syscall.Last);

    /// <summary>Of an entry of a folder; null where there is none.</summary>
    /// <exception cref="KernelException"/>
    public static FileStatus? Find(int folder, EntryName name) => TryRead(folder, name, out FileStatus status) switch
    {
        Errno.None => status,
        Errno.ENOENT or Errno.ENOTDIR => null,
        var errno => throw new KernelException("statx", errno, name.ToString()),
    };

    private static unsafe Errno TryRead(int folder, EntryName name, out FileStatus status)
    {
        byte* raw = stackalloc byte[256];
        status = default;
        fixed (byte* path = name.Terminated)
        {
            if (Syscall.Invoke(SyscallNumber.Statx, folder, (nint)path, Files.AtSymlinkNofollow | Files.AtEmptyPath, WantedMask, (nint)raw) < 0) return Syscall.Last;
        }
        // struct statx: mask, blksize, attributes (8), nlink, uid, gid, mode (2), pad, ino, size, blocks, attributes_mask, atime, btime, ctime, mtime, rdev, dev.
        ushort mode = Unsafe.ReadUnaligned<ushort>(raw + 28);
        status = new FileStatus
        {
            Links = Unsafe.ReadUnaligned<uint>(raw + 16),
            Uid = Unsafe.ReadUnaligned<uint>(raw + 20),
            Gid = Unsafe.ReadUnaligned<uint>(raw + 24),
            Kind = (FileKind)(mode & 0xF000),
            Mode = mode & 0xFFFu,
            Inode = Unsafe.ReadUnaligned<ulong>(raw + 32),
            Size = Unsafe.ReadUnaligned<long>(raw + 40),
            Modified = (Unsafe.ReadUnaligned<long>(raw + 112), Unsafe.ReadUnaligned<uint>(raw + 120)),
            Node = (Unsafe.ReadUnaligned<uint>(raw + 128), Unsafe.ReadUnaligned<uint>(raw + 132)),
            Device = (Unsafe.ReadUnaligned<uint>(raw + 136), Unsafe.ReadUnaligned<uint>(raw + 140)),
        };
        return Errno.None;
    }
}
