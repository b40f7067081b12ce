namespace PSContainer.Kernel;

/// <summary>
/// Calls relative to an open folder: openat(2) and its kin. A name here is one entry of the folder, and a link at its place is
/// taken for itself, so that nothing that is swapped in meanwhile leads elsewhere.
/// </summary>
public static unsafe class Folder
{
    private const long OmitTime = (1L << 30) - 2;

    /// <summary>openat2(2) of one entry; -1 with the error in <see cref="Syscall.Last"/>. A link is not followed.</summary>
    /// <param name="noMount">What another file system is mounted on is an error, EXDEV.</param>
    public static int TryOpen(int folder, EntryName name, int flags, uint mode = 0, bool noMount = false)
        => Open(folder, name, flags | OpenFlags.NoFollow, mode, Resolve.Beneath | Resolve.NoMagiclinks | (noMount ? Resolve.NoXdev : Resolve.None));

    /// <summary>openat2(2) of a path below a root; links are followed, and stay inside. -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static int TryOpenBelow(int root, EntryName path, int flags, Resolve more = Resolve.None)
        => Open(root, path, flags, 0, Resolve.InRoot | Resolve.NoMagiclinks | more);

    /// <summary>The same file opened anew: a descriptor that was taken with O_PATH can then be read or written.</summary>
    /// <exception cref="KernelException"/>
    public static int Reopen(int descriptor, int flags) => Files.Open($"/proc/self/fd/{descriptor}", flags);

    /// <summary>What an entry is, or with an empty name the folder; null where there is none.</summary>
    /// <exception cref="KernelException"/>
    public static FileStatus? Find(int folder, EntryName name)
    {
        const int basic = 0x7FF;
        FileStatus.Buffer buffer;
        fixed (byte* text = name.Terminated)
        {
            if (Syscall.Invoke(SyscallNumber.Statx, folder, (nint)text, Files.AtSymlinkNofollow | Files.AtEmptyPath, basic, (nint)(&buffer)) == 0) return buffer.Status();
        }
        return Syscall.Last is Errno.ENOENT or Errno.ENOTDIR ? null : throw new KernelException("statx", Syscall.Last, name.ToString());
    }

    public static Errno Make(int folder, EntryName name, uint mode)
    {
        fixed (byte* text = name.Terminated) return Result(Syscall.Invoke(SyscallNumber.Mkdirat, folder, (nint)text, (nint)mode));
    }

    /// <summary>mknodat(2) of a fifo or device.</summary>
    public static Errno MakeNode(int folder, EntryName name, FileKind kind, uint mode, (uint Major, uint Minor) node)
    {
        // makedev(3): 12 bits of major above 8 of minor, and the rest of each further up.
        ulong device = (node.Minor & 0xFF) | ((node.Major & 0xFFFUL) << 8) | ((node.Minor & ~0xFFUL) << 12) | ((node.Major & ~0xFFFUL) << 32);
        fixed (byte* text = name.Terminated) return Result(Syscall.Invoke(SyscallNumber.Mknodat, folder, (nint)text, (nint)((uint)kind | mode), (nint)device));
    }

    public static Errno MakeLink(int folder, EntryName name, EntryName target)
    {
        fixed (byte* text = name.Terminated, to = target.Terminated) return Result(Syscall.Invoke(SyscallNumber.Symlinkat, (nint)to, folder, (nint)text));
    }

    /// <summary>linkat(2): one more name for an entry of another folder.</summary>
    public static Errno MakeHardLink(int fromFolder, EntryName from, int folder, EntryName name)
    {
        fixed (byte* text = name.Terminated, source = from.Terminated)
            return Result(Syscall.Invoke(SyscallNumber.Linkat, fromFolder, (nint)source, folder, (nint)text, 0));
    }

    public static Errno Remove(int folder, EntryName name, bool isFolder)
    {
        fixed (byte* text = name.Terminated) return Result(Syscall.Invoke(SyscallNumber.Unlinkat, folder, (nint)text, isFolder ? Files.AtRemovedir : 0));
    }

    public static Errno Rename(int fromFolder, EntryName from, int folder, EntryName name)
    {
        fixed (byte* text = name.Terminated, source = from.Terminated)
            return Result(Syscall.Invoke(SyscallNumber.Renameat, fromFolder, (nint)source, folder, (nint)text));
    }

    /// <summary>Where a link points; null where the entry is none.</summary>
    public static EntryName? ReadLink(int folder, EntryName name)
    {
        const int longest = 4096;
        byte* target = stackalloc byte[longest];
        fixed (byte* text = name.Terminated)
        {
            nint length = Syscall.Invoke(SyscallNumber.Readlinkat, folder, (nint)text, (nint)target, longest);
            return length < 0 ? default(EntryName?) : new EntryName(new ReadOnlySpan<byte>(target, (int)length));
        }
    }

    /// <summary>fchownat(2); an empty name means the descriptor itself.</summary>
    public static Errno ChangeOwner(int folder, EntryName name, uint uid, uint gid)
    {
        fixed (byte* text = name.Terminated)
            return Result(Syscall.Invoke(SyscallNumber.Fchownat, folder, (nint)text, (nint)uid, (nint)gid, Files.AtSymlinkNofollow | Files.AtEmptyPath));
    }

    /// <summary>fchmod(2) of an open file or folder.</summary>
    public static Errno ChangeMode(int descriptor, uint mode) => Result(Syscall.Invoke(SyscallNumber.Fchmod, descriptor, (nint)mode));

    /// <summary>utimensat(2): the time of the last change; the one of the last access stays.</summary>
    public static Errno ChangeTime(int folder, EntryName name, (long Seconds, uint Nanoseconds) modified)
    {
        long* times = stackalloc long[] { 0, OmitTime, modified.Seconds, modified.Nanoseconds };
        fixed (byte* text = name.Terminated) return Result(Syscall.Invoke(SyscallNumber.Utimensat, folder, (nint)text, (nint)times, Files.AtSymlinkNofollow));
    }

    /// <summary>The same of an open file or folder.</summary>
    public static Errno ChangeTime(int descriptor, (long Seconds, uint Nanoseconds) modified)
    {
        long* times = stackalloc long[] { 0, OmitTime, modified.Seconds, modified.Nanoseconds };
        return Result(Syscall.Invoke(SyscallNumber.Utimensat, descriptor, 0, (nint)times, 0));
    }

    /// <summary>fstatfs(2): which file system an open file lies on, by its magic number.</summary>
    /// <exception cref="KernelException"/>
    public static long FileSystem(int descriptor)
    {
        // struct statfs is 120 bytes, its type the first.
        long* status = stackalloc long[32];
        Syscall.Checked(Syscall.Invoke(SyscallNumber.Fstatfs, descriptor, (nint)status), "fstatfs");
        return status[0];
    }

    /// <summary>All entries of a folder that is open for reading, from the first; in the kernel's order.</summary>
    /// <exception cref="KernelException"/>
    public static List<EntryName> Entries(int folder)
    {
        const int size = 32768;
        var names = new List<EntryName>();
        var buffer = new byte[size];
        fixed (byte* start = buffer)
        {
            nint count;
            while ((count = Syscall.Checked(Syscall.Invoke(SyscallNumber.Getdents64, folder, (nint)start, size), "getdents64")) > 0)
                foreach (ReadOnlySpan<byte> name in new Proc.DirectoryEntries(buffer.AsSpan(0, (int)count))) names.Add(new EntryName(name));
        }
        return names;
    }

    private static int Open(int folder, EntryName path, int flags, uint mode, Resolve resolve)
    {
        const int attempts = 100;
        var how = new OpenHow { Flags = (ulong)(uint)(flags | OpenFlags.CloseOnExec), Mode = mode, Resolve = resolve };
        fixed (byte* text = path.Terminated)
        {
            for (int i = 0; ; i++)
            {
                int descriptor = (int)Syscall.Invoke(SyscallNumber.Openat2, folder, (nint)text, (nint)(&how), sizeof(OpenHow));
                // EAGAIN: something was renamed while ".." was resolved (openat2(2)); the kernel wants us to ask again.
                if (descriptor >= 0 || Syscall.Last is not (Errno.EAGAIN or Errno.EINTR) || i >= attempts) return descriptor;
            }
        }
    }

    private static Errno Result(nint result) => result < 0 ? Syscall.Last : Errno.None;
}
