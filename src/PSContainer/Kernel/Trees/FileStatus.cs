using System.Runtime.CompilerServices;

namespace PSContainer.Kernel.Trees;

/// <summary>What a name stands for: the type bits of st_mode (inode(7)).</summary>
public enum FileType : uint
{
    Unknown = 0,
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Folder = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}

/// <summary>statx(2), whose layout, other than stat(2)'s, is the same on every architecture.</summary>
/// <param name="Mode">The lower twelve bits: permissions, set-user-ID, set-group-ID, sticky.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Blocks">What it takes on disk, in units of 512 bytes.</param>
/// <param name="Modified">Seconds since 1970.</param>
/// <param name="Device">Of the file system that it lies on.</param>
/// <param name="Major">Of the device that it stands for.</param>
public readonly record struct FileStatus(FileType Type, uint Mode, uint Links, uint User, uint Group, ulong Inode, long Size, long Blocks,
    long Modified, uint ModifiedNanoseconds, ulong Device, uint Major, uint Minor)
{
    private const int StatxBasic = 0x7FF;
    private const uint TypeMask = 0xF000;

    /// <summary>Overlayfs's mark of a name that is gone: a character device 0:0.</summary>
    public bool IsWhiteout => Type == FileType.CharacterDevice && Major == 0 && Minor == 0;

    /// <summary>The name's own status, links not followed; the error in <see cref="Syscall.Last"/> where it is false.</summary>
    /// <param name="name">Empty for the folder itself.</param>
    public static unsafe bool TryRead(int folder, in PathBytes name, out FileStatus status)
    {
        byte* raw = stackalloc byte[256];
        fixed (byte* path = name)
        {
            if (Syscall.Invoke(SyscallNumber.Statx, folder, (nint)path, Files.AtSymlinkNofollow | Files.AtEmptyPath, StatxBasic, (nint)raw) < 0)
            {
                status = default;
                return false;
            }
        }
        uint mode = Unsafe.ReadUnaligned<ushort>(raw + 28);
        status = new FileStatus((FileType)(mode & TypeMask), mode & 0xFFF, At<uint>(16), At<uint>(20), At<uint>(24), At<ulong>(32), At<long>(40), At<long>(48),
            At<long>(112), At<uint>(120), (ulong)At<uint>(136) << 32 | At<uint>(140), At<uint>(128), At<uint>(132));
        return true;

        T At<T>(int offset) => Unsafe.ReadUnaligned<T>(raw + offset);
    }
}
