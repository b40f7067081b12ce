using PSContainer.Engine.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Roots;

/// <summary>Where a copy goes, by the rules of docker cp and cp(1): into a folder that is there, else under the name that is given.</summary>
public static class ItemCopy
{
    /// <param name="followsLink">A link that the source's path ends in is copied as what it points to.</param>
    /// <exception cref="EngineException">CopyPathMissing, CopyPathUnsafe, CopyOverFile, CopyOverFolder, CopyTooDeep, CopyRaced.</exception>
    /// <exception cref="KernelException"/>
    public static void Run(CopySide source, CopySide target, bool followsLink, CopyManner manner, CancellationToken cancelled)
    {
        bool follows = followsLink || source.MeansFolder;
        int entry = follows ? source.TryOpen(OpenFlags.Path) : OpenItself(source);
        if (entry < 0) throw source.Missing(Syscall.Last);
        int there = target.TryOpen(OpenFlags.Path);
        Errno absent = Syscall.Last;
        try
        {
            if (there < 0 && absent != Errno.ENOENT) throw target.Missing(absent);
            bool isFolder = FileStatus.Of(entry, "").Kind == FileKind.Directory;
            if (source.MeansFolder && !isFolder) throw source.Missing(Errno.ENOTDIR);
            bool intoFolder = there >= 0 && FileStatus.Of(there, "").Kind == FileKind.Directory;
            if (there >= 0 && !intoFolder && (isFolder || target.MeansFolder)) throw NoFolder(target);
            if (there < 0 && target.MeansFolder && !isFolder) throw target.Missing(Errno.ENOENT);

            var copy = new TreeCopy(manner, cancelled);
            if (intoFolder && source.MeansContents) copy.CopyContents(entry, there);
            else if (intoFolder) copy.Copy(entry, there, source.Name);
            // Through a link, to what it points to: it is open already, and can't be swapped any more.
            else if (there >= 0 && IsLink(target) && FileStatus.Of(entry, "").Kind == FileKind.Regular) copy.CopyInto(entry, there, target.Name);
            else CopyAs(copy, entry, target);
        }
        finally
        {
            Files.Close(entry);
            if (there >= 0) Files.Close(there);
        }
    }

    private static void CopyAs(TreeCopy copy, int entry, CopySide target)
    {
        int folder = target.OpenParent();
        try
        {
            copy.Copy(entry, folder, target.Name);
        }
        finally
        {
            Files.Close(folder);
        }
    }

    private static int OpenItself(CopySide side)
    {
        int folder = side.OpenParent();
        try
        {
            int entry = FolderCalls.Open(folder, side.Name, OpenFlags.Path | OpenFlags.NoFollow);
            return entry >= 0 ? entry : throw side.Missing(Syscall.Last);
        }
        finally
        {
            Files.Close(folder);
        }
    }

    private static bool IsLink(CopySide side)
    {
        int entry = OpenItself(side);
        try
        {
            return FileStatus.Of(entry, "").Kind == FileKind.Link;
        }
        finally
        {
            Files.Close(entry);
        }
    }

    private static EngineException NoFolder(CopySide target)
        => new("CopyOverFile", Reason.AlreadyExists, $"'{Printable.Of(target.Shown)}' is there and is no folder.", "Name a folder, or remove it first.");
}
