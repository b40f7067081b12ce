using System.Runtime.InteropServices;
using Tmds.Linux;

namespace PSContainer.Kernel.Trees;

/// <summary>
/// What is done to a name in an open folder: the calls ending in "at". Each answers the error, <see cref="Errno.None"/> where it
/// worked; an empty name with AT_EMPTY_PATH, where a call knows it, means the folder itself.
/// </summary>
public static unsafe partial class FolderCalls
{
    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameatCall(int oldFolder, byte* oldName, int newFolder, byte* newName);

    /// <summary>openat(2), always close-on-exec: the descriptor, or -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int Open(int folder, in PathBytes name, int flags, uint mode = 0)
    {
        fixed (byte* path = name) return LibC.openat(folder, path, flags | OpenFlags.CloseOnExec, (ushort)mode);
    }

    /// <summary>openat2(2), close-on-exec, never through a magic link: the descriptor, or -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int OpenInRoot(int root, in PathBytes path, int flags, Resolve more = Resolve.None)
    {
        var how = new OpenHow { Flags = (ulong)(flags | OpenFlags.CloseOnExec), Resolve = Resolve.InRoot | Resolve.NoMagiclinks | more };
        fixed (byte* name = path)
        {
            // EAGAIN: something was renamed or mounted meanwhile, anywhere on this machine, so that the kernel can't tell whether a ".." stayed
            // inside. Not for ever: a program that renames all the time would hold the caller up.
            const int attempts = 1000;
            nint descriptor = -1;
            for (int i = 0; i < attempts && (descriptor = Syscall.Invoke(SyscallNumber.Openat2, root, (nint)name, (nint)(&how), sizeof(OpenHow))) < 0 && Syscall.Last == Errno.EAGAIN; i++) { }
            return (int)descriptor;
        }
    }

    /// <summary>mkdirat(2); the process's umask takes its part of the mode.</summary>
    public static Errno MakeFolder(int folder, in PathBytes name, uint mode)
    {
        fixed (byte* path = name) return Error(LibC.mkdirat(folder, path, (ushort)mode));
    }

    /// <summary>mknodat(2).</summary>
    /// <param name="mode">With the type: S_IFCHR, S_IFBLK or S_IFIFO.</param>
    public static Errno MakeNode(int folder, in PathBytes name, uint mode, uint major = 0, uint minor = 0)
    {
        fixed (byte* path = name) return Error(LibC.mknodat(folder, path, (ushort)mode, Device(major, minor)));
    }

    /// <summary>symlinkat(2).</summary>
    public static Errno MakeLink(int folder, in PathBytes name, in PathBytes target)
    {
        fixed (byte* path = name, to = target) return Error(LibC.symlinkat(to, folder, path));
    }

    /// <summary>linkat(2); a symbolic link is itself linked to, not what it leads to.</summary>
    public static Errno HardLink(int oldFolder, in PathBytes oldName, int newFolder, in PathBytes newName)
    {
        fixed (byte* old = oldName, path = newName) return Error(LibC.linkat(oldFolder, old, newFolder, path, 0));
    }

    /// <summary>unlinkat(2).</summary>
    public static Errno Remove(int folder, in PathBytes name, bool isFolder = false)
    {
        fixed (byte* path = name) return Error(LibC.unlinkat(folder, path, isFolder ? Files.AtRemovedir : 0));
    }

    /// <summary>renameat(2).</summary>
    public static Errno Rename(int oldFolder, in PathBytes oldName, int newFolder, in PathBytes newName)
    {
        fixed (byte* old = oldName, path = newName) return Error(RenameatCall(oldFolder, old, newFolder, path));
    }

    /// <summary>readlinkat(2): how many bytes the target has, or -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int ReadLink(int folder, in PathBytes name, Span<byte> target)
    {
        fixed (byte* path = name, buffer = target) return (int)LibC.readlinkat(folder, path, buffer, target.Length);
    }

    /// <summary>fchownat(2); of a symbolic link, the link's own owner.</summary>
    public static Errno SetOwner(int folder, in PathBytes name, uint user, uint group)
    {
        fixed (byte* path = name) return Error(LibC.fchownat(folder, path, user, group, Files.AtSymlinkNofollow));
    }

    /// <summary>fchmodat(2), which follows a symbolic link: for names that are known to be none.</summary>
    public static Errno SetMode(int folder, in PathBytes name, uint mode)
    {
        fixed (byte* path = name) return Error(LibC.fchmodat(folder, path, (ushort)mode, 0));
    }

    /// <summary>utimensat(2): both times alike; of a symbolic link, the link's own.</summary>
    /// <param name="seconds">Since 1970; before it negative.</param>
    public static Errno SetTime(int folder, in PathBytes name, long seconds, long nanoseconds)
    {
        timespec* times = stackalloc timespec[2];
        Fill(times, seconds, nanoseconds);
        fixed (byte* path = name) return Error(LibC.utimensat(folder, path, times, Files.AtSymlinkNofollow));
    }

    /// <summary>fchown(2); it takes set-user-ID and capabilities away, so they are set after it.</summary>
    public static Errno SetOwner(int file, uint user, uint group) => Error(LibC.fchown(file, user, group));

    /// <summary>fchmod(2).</summary>
    public static Errno SetMode(int file, uint mode) => Error(LibC.fchmod(file, (ushort)mode));

    /// <summary>futimens(3): both times alike.</summary>
    public static Errno SetTime(int file, long seconds, long nanoseconds)
    {
        timespec* times = stackalloc timespec[2];
        Fill(times, seconds, nanoseconds);
        return Error(LibC.futimens(file, times));
    }

    // Of access and of modification.
    private static void Fill(timespec* times, long seconds, long nanoseconds)
        => times[0] = times[1] = new timespec { tv_sec = seconds, tv_nsec = (long_t)nanoseconds };

    /// <summary>makedev(3), as the C library's dev_t has it.</summary>
    private static ulong Device(uint major, uint minor)
        => ((ulong)(major & 0xFFFFF000) << 32) | ((ulong)(major & 0xFFF) << 8) | ((ulong)(minor & 0xFFFFFF00) << 12) | (minor & 0xFF);

    private static Errno Error(int result) => result == 0 ? Errno.None : Syscall.Last;
}
