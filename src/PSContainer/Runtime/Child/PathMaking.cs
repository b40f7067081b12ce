using PSContainer.Kernel;
using static PSContainer.Runtime.Child.PlanExecutor;

namespace PSContainer.Runtime.Child;

/// <summary>
/// What is missing of a path in a container's root is made, also where a link of the image leads to it. The kernel follows a link, but makes nothing
/// behind it; so links are read here, and their targets are taken for paths of the root. Whatever a link says, each call gets a path below the
/// root's descriptor that is resolved with RESOLVE_IN_ROOT and RESOLVE_NO_SYMLINKS: if somebody changes it meanwhile, the call fails.
/// Runs between clone and execve, under <see cref="PlanExecutor"/>'s rules: nothing here may allocate or throw.
/// </summary>
internal static unsafe class PathMaking
{
    // PATH_MAX, with its NUL.
    private const int Room = 4096;

    // Of the folders that a file lies in.
    private const uint FolderMode = 0x1ED;

    /// <summary>The descriptor (O_PATH) of what the path names, or -1 with the error in errno.</summary>
    public static nint Make(int root, byte* path, uint mode, int mostLinks, bool isFile)
    {
        // What is behind us, without links, dots and a slash in front; and what is still to go, at the end of its memory.
        byte* done = stackalloc byte[Room], rest = stackalloc byte[Room], target = stackalloc byte[Room];
        int length = 0, next = Room - 1, links = 0;
        rest[next] = 0;
        if (!Prepend(rest, ref next, path, Length(path))) return Fail(Errno.ENAMETOOLONG);
        while (true)
        {
            while (rest[next] == '/') next++;
            if (rest[next] == 0) break;
            int name = next;
            while (rest[next] != 0 && rest[next] != '/') next++;
            int size = next - name, parent = length;
            if (size == 1 && rest[name] == '.') continue;
            if (size == 2 && rest[name] == '.' && rest[name + 1] == '.')
            {
                length = Parent(done, length);
                continue;
            }
            if (length + 1 + size >= Room) return Fail(Errno.ENAMETOOLONG);
            if (length > 0) done[length++] = (byte)'/';
            for (int i = 0; i < size; i++) done[length++] = rest[name + i];
            done[length] = 0;

            nint found = Open(root, done, OpenFlags.Path | OpenFlags.NoFollow);
            if (found < 0)
            {
                if (*ErrnoLocation() != (int)Errno.ENOENT) return -1;
                int ahead = next;
                while (rest[ahead] == '/') ahead++;
                bool isLast = rest[ahead] == 0;
                if (!MakeOne(root, done, parent, isFile && !isLast ? FolderMode : mode, isFile && isLast)) return -1;
                found = Open(root, done, OpenFlags.Path | OpenFlags.NoFollow);
                if (found < 0) return -1;
            }
            byte nothing = 0;
            nint count = Invoke(SyscallNumber.Readlinkat, found, (nint)(&nothing), (nint)target, Room, 0, 0);
            Invoke(SyscallNumber.Close, found, 0, 0, 0, 0, 0);
            if (count < 0) continue;
            if (++links > mostLinks) return Fail(Errno.ELOOP);
            // Its target goes on where the link lies, or from the root on.
            length = target[0] == '/' ? 0 : parent;
            if (!Prepend(rest, ref next, target, (int)count)) return Fail(Errno.ENAMETOOLONG);
        }
        done[length] = 0;
        if (length == 0) done[length++] = (byte)'.';
        done[length] = 0;
        return Open(root, done, OpenFlags.Path | (isFile ? 0 : OpenFlags.Directory));
    }

    /// <summary>Gives a folder another one's permissions: 0, or -1 with the error in errno.</summary>
    public static nint CopyMode(int from, int to)
    {
        // struct statx: stx_mode stands behind stx_mask, stx_blksize, stx_attributes, stx_nlink, stx_uid and stx_gid.
        const int size = 256, modeAt = 28, wantsMode = 2;
        byte* status = stackalloc byte[size];
        byte* here = stackalloc byte[2];
        (here[0], here[1]) = (0, 0);
        if (Invoke(SyscallNumber.Statx, from, (nint)here, Files.AtEmptyPath, wantsMode, (nint)status, 0) < 0) return -1;
        here[0] = (byte)'.';
        return Invoke(SyscallNumber.Fchmodat, to, (nint)here, *(ushort*)(status + modeAt) & 0xFFF, 0, 0, 0);
    }

    // The name behind the last slash is made in its folder, which is there.
    private static bool MakeOne(int root, byte* done, int parent, uint mode, bool isFile)
    {
        byte* dot = stackalloc byte[2];
        (dot[0], dot[1]) = ((byte)'.', 0);
        byte slash = done[parent];
        done[parent] = 0;
        nint folder = Open(root, parent == 0 ? dot : done, OpenFlags.Path | OpenFlags.Directory);
        done[parent] = slash;
        if (folder < 0) return false;
        byte* name = parent == 0 ? done : done + parent + 1;
        nint made;
        if (isFile)
        {
            var how = new OpenHow { Flags = (ulong)(uint)(OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec), Mode = mode, Resolve = Resolve.Beneath };
            made = Invoke(SyscallNumber.Openat2, folder, (nint)name, (nint)(&how), sizeof(OpenHow), 0, 0);
            if (made >= 0) Invoke(SyscallNumber.Close, made, 0, 0, 0, 0, 0);
        }
        else
        {
            made = Invoke(SyscallNumber.Mkdirat, folder, (nint)name, (nint)mode, 0, 0, 0);
        }
        int error = *ErrnoLocation();
        Invoke(SyscallNumber.Close, folder, 0, 0, 0, 0, 0);
        // Somebody else was quicker; and on a read-only root what is missing is what stands against it.
        *ErrnoLocation() = error == (int)Errno.EROFS ? (int)Errno.ENOENT : error;
        return made >= 0 || error == (int)Errno.EEXIST;
    }

    private static nint Open(int root, byte* path, int flags)
    {
        var how = new OpenHow { Flags = (ulong)(uint)(flags | OpenFlags.CloseOnExec), Resolve = Resolve.InRoot | Resolve.NoMagiclinks | Resolve.NoSymlinks };
        return Invoke(SyscallNumber.Openat2, root, (nint)path, (nint)(&how), sizeof(OpenHow), 0, 0);
    }

    // Puts text and a slash in front of what is still to go.
    private static bool Prepend(byte* rest, ref int next, byte* text, int length)
    {
        if (length >= next) return false;
        if (rest[next] != 0 && rest[next] != '/') rest[--next] = (byte)'/';
        next -= length;
        for (int i = 0; i < length; i++) rest[next + i] = text[i];
        return true;
    }

    private static int Parent(byte* done, int length)
    {
        while (length > 0 && done[length - 1] != '/') length--;
        return length > 0 ? length - 1 : 0;
    }

    private static int Length(byte* text)
    {
        int length = 0;
        while (text[length] != 0) length++;
        return length;
    }

    private static nint Fail(Errno errno)
    {
        *ErrnoLocation() = (int)errno;
        return -1;
    }
}
