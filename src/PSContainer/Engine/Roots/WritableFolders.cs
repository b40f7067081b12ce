using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Roots;

/// <summary>The upper and the work directory of a container's overlay, beside its record.</summary>
public static class WritableFolders
{
    /// <summary>Makes both; false where this file system can't hold them, and memory has to serve.</summary>
    /// <param name="folder">The container's.</param>
    /// <param name="lowers">Its layers, the topmost first.</param>
    /// <exception cref="KernelException"/>
    public static bool Make(string folder, IReadOnlyList<string> lowers)
    {
        string upper = Path.Combine(folder, LayerStack.Upper), work = Path.Combine(folder, LayerStack.Work);
        Directory.CreateDirectory(upper);
        Directory.CreateDirectory(work);
        Errno answer = UpperProbe.Ask(folder, lowers[^1]);
        if (answer == Errno.None)
        {
            // What the probe has marked as volatile would not be mounted again.
            Renew(work);
            CopyAttributes(lowers[0], upper);
            return true;
        }
        TreeRemoval.Remove(upper);
        TreeRemoval.Remove(work);
        return answer is Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENODEV ? false : throw new KernelException("fsconfig", answer, folder);
    }

    /// <summary>Before a start that is volatile: what the last run's end has left in the work directory is the kernel's own.</summary>
    public static void Prepare(string folder) => Renew(Path.Combine(folder, LayerStack.Work));

    private static void Renew(string folder)
    {
        TreeRemoval.Remove(folder);
        Directory.CreateDirectory(folder);
    }

    // The merged root's owner and mode are the upper directory's.
    private static void CopyAttributes(string from, string to)
    {
        FileStatus status = FileStatus.Of(Files.AtFdcwd, from);
        int folder = Files.Open(to, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            FolderCalls.SetOwner(folder, status.Uid, status.Gid);
            FolderCalls.SetMode(folder, status.Permissions);
        }
        finally
        {
            Files.Close(folder);
        }
    }
}
