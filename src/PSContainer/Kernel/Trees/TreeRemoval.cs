namespace PSContainer.Kernel.Trees;

/// <summary>
/// Removes what a stranger has furnished: by descriptor, so that no link is followed; by bytes, so that every name is found; and to any depth,
/// for a program can make a tree that is deeper than a stack, a table of descriptors or a path.
/// </summary>
public static class TreeRemoval
{
    private const int Deepest = 64;

    // As often as somebody has written meanwhile, but not for ever.
    private const int Looks = 100;

    /// <summary>Removes a path and all below it; one that is not there, or that somebody else removes meanwhile, is fine.</summary>
    /// <exception cref="KernelException"/>
    public static void Remove(string path) => Remove(Files.AtFdcwd, path);

    /// <summary>Removes a name in an open folder, whatever it is, and all below it.</summary>
    /// <param name="removed">Is told the inode of each folder that goes.</param>
    /// <exception cref="KernelException"/>
    public static void Remove(int folder, in PathBytes name, Action<ulong>? removed = null)
    {
        if (TryRemoveLeaf(folder, name)) return;
        int top = OpenFolder(folder, name);
        if (top < 0) return;
        try
        {
            // What lies too deep is moved up to here, and found by the next look; and so is what somebody has written meanwhile.
            int moved = 0, before, looks = 0;
            Errno error;
            do
            {
                before = moved;
                Empty(top, top, 1, ref moved, removed);
            }
            while ((error = FolderCalls.Remove(folder, name, isFolder: true)) == Errno.ENOTEMPTY && (moved > before || ++looks < Looks));
            if (error is not (Errno.None or Errno.ENOENT)) throw new KernelException("unlinkat", error, name.ToString());
        }
        finally
        {
            Files.Close(top);
        }
    }

    private static void Empty(int folder, int top, int depth, ref int moved, Action<ulong>? removed)
    {
        if (removed is not null && FileStatus.TryOf(folder, default(PathBytes)) is { } status) removed(status.Inode);
        // Opened anew, because a listing starts where the descriptor's last one ended.
        int listed = FolderCalls.Open(folder, ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        if (listed < 0) throw new KernelException("openat", Syscall.Last);
        List<PathBytes> names;
        try
        {
            names = FolderListing.Read(listed);
        }
        finally
        {
            Files.Close(listed);
        }
        foreach (PathBytes name in names)
        {
            if (TryRemoveLeaf(folder, name)) continue;
            if (depth >= Deepest)
            {
                Errno renamed;
                while ((renamed = FolderCalls.Rename(folder, name, top, $"deep{moved++}")) is Errno.EEXIST or Errno.ENOTEMPTY or Errno.ENOTDIR) { }
                if (renamed is not (Errno.None or Errno.ENOENT)) throw new KernelException("renameat", renamed, name.ToString());
                continue;
            }
            int child = OpenFolder(folder, name);
            if (child < 0) continue;
            try
            {
                Empty(child, top, depth + 1, ref moved, removed);
            }
            finally
            {
                Files.Close(child);
            }
            // Not empty: somebody has just written here, which the next look finds.
            Errno error = FolderCalls.Remove(folder, name, isFolder: true);
            if (error is not (Errno.None or Errno.ENOENT or Errno.ENOTEMPTY)) throw new KernelException("unlinkat", error, name.ToString());
        }
    }

    private static bool TryRemoveLeaf(int folder, in PathBytes name) => FolderCalls.Remove(folder, name) switch
    {
        Errno.None or Errno.ENOENT => true,
        // Linux says EISDIR; POSIX, and a file that may not be removed, EPERM.
        Errno.EISDIR => false,
        Errno.EPERM when FileStatus.TryOf(folder, name) is { Kind: FileKind.Directory } => false,
        var error => throw new KernelException("unlinkat", error, name.ToString()),
    };

    private static int OpenFolder(int folder, in PathBytes name)
    {
        int opened = FolderCalls.Open(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        return opened >= 0 || Syscall.Last == Errno.ENOENT ? opened : throw new KernelException("openat", Syscall.Last, name.ToString());
    }
}
