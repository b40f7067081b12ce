using PSContainer.Kernel;

namespace PSContainer.Engine.Roots;

/// <summary>
/// Removes trees that strangers have made: by descriptors, so that no link is followed; never across a mount; and with a bounded
/// number of open folders however deep it goes, where a path would be longer than any call takes.
/// </summary>
public static class TreeRemoval
{
    private const int Deepest = 32;

    /// <summary>Removes a folder with all that is in it; one that is not there is fine.</summary>
    /// <exception cref="KernelException">EBUSY: something is mounted in it.</exception>
    public static void Remove(string path)
    {
        if (!Empty(path)) return;
        Check(Folder.Remove(Files.AtFdcwd, path, isFolder: true), path);
    }

    /// <summary>Removes all that is in a folder; false where there is no folder.</summary>
    public static bool Empty(string path)
    {
        int folder = Files.TryOpen(path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        if (folder < 0) return Syscall.Last == Errno.ENOENT ? false : throw new KernelException("open", Syscall.Last, path);
        try
        {
            // What lies too deep is brought up here under a new name, and is then no longer deep.
            int raised;
            do
            {
                raised = 0;
                Clear(folder, folder, 0, ref raised);
            } while (raised > 0);
        }
        finally
        {
            Files.Close(folder);
        }
        return true;
    }

    private static void Clear(int top, int folder, int depth, ref int raised)
    {
        foreach (EntryName name in Folder.Entries(folder))
        {
            // Most entries are files; which they are the kernel says by itself.
            Errno answer = Folder.Remove(folder, name, isFolder: false);
            if (answer is Errno.None or Errno.ENOENT) continue;
            if (answer is not (Errno.EISDIR or Errno.EPERM)) throw new KernelException("unlink", answer, name.ToString());
            if (depth >= Deepest)
            {
                Raise(folder, name, top, ref raised);
                continue;
            }
            int below = Folder.TryOpen(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory, noMount: true);
            if (below < 0)
            {
                if (Syscall.Last == Errno.ENOENT) continue;
                throw new KernelException("open", Syscall.Last is Errno.EXDEV ? Errno.EBUSY : Syscall.Last, name.ToString());
            }
            try
            {
                Clear(top, below, depth + 1, ref raised);
            }
            finally
            {
                Files.Close(below);
            }
            Check(Folder.Remove(folder, name, isFolder: true), name.ToString());
        }
    }

    private static void Raise(int folder, EntryName name, int top, ref int raised)
    {
        Errno answer;
        do
        {
            answer = Folder.Rename(folder, name, top, $".pscontainer-removed-{raised++}");
        } while (answer is Errno.ENOTEMPTY or Errno.EEXIST or Errno.ENOTDIR);
        Check(answer, name.ToString());
    }

    private static void Check(Errno answer, string path)
    {
        if (answer is not (Errno.None or Errno.ENOENT)) throw new KernelException("unlink", answer, path);
    }
}
