using System.Text;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>
/// The root that files are copied into: the layers so far under an empty one. Its links are the image's own, so paths are resolved within it, as a
/// program in the container would see them, and never lead out.
/// </summary>
internal sealed class TargetRoot(int root, Place place)
{
    /// <summary>Makes a folder, and those above it, where they are missing; returns whether the last one was made.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="owner">Of what is made.</param>
    /// <exception cref="EngineException">CopyBlocked.</exception>
    public bool MakeFolder(string path, (uint Uid, uint Gid) owner)
    {
        bool made = false;
        string sofar = "";
        foreach (string part in PathPattern.Clean(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string next = sofar.Length == 0 ? part : $"{sofar}/{part}";
            made = MakeOne(sofar, part, next, owner);
            sofar = next;
        }
        return made;
    }

    /// <summary>A folder's descriptor (O_PATH); the caller closes it.</summary>
    /// <exception cref="EngineException">CopyBlocked.</exception>
    public int OpenFolder(string path)
    {
        int folder = TryOpen(path, OpenFlags.Path | OpenFlags.Directory);
        return folder >= 0 ? folder : throw Blocked(path, Syscall.Last);
    }

    /// <summary>What a path leads to; null where there is nothing.</summary>
    public FileStatus? Find(string path)
    {
        int found = TryOpen(path, OpenFlags.Path);
        if (found < 0) return null;
        try
        {
            return FileStatus.Of(found, "");
        }
        finally
        {
            Files.Close(found);
        }
    }

    /// <summary>Where a file goes that replaces what a path leads to: a link that stands there is followed, as docker does.</summary>
    /// <returns>The folder, which the caller closes, and the name in it.</returns>
    public (int Folder, string Name) OpenLeaf(string path)
    {
        const int mostLinks = 40;
        string clean = PathPattern.Clean(path);
        for (int i = 0; i < mostLinks; i++)
        {
            int slash = clean.LastIndexOf('/');
            string above = slash < 0 ? "" : clean[..slash], name = clean[(slash + 1)..];
            int folder = OpenFolder(above);
            if (FileStatus.TryOf(folder, name) is not { Kind: FileKind.Link }) return (folder, name);
            byte[] target = new byte[4096];
            int length = FolderCalls.ReadLink(folder, name, target);
            Files.Close(folder);
            if (length < 0) throw new KernelException("readlinkat", Syscall.Last, clean);
            string leads = Encoding.UTF8.GetString(target, 0, length);
            clean = PathPattern.Clean(leads.StartsWith('/') ? leads : $"{above}/{leads}");
        }
        throw place.Error("CopyBlocked", Reason.InvalidInput, $"'{Printable.Of(path)}' in the image is a link that leads in circles.", "Copy to where the link should lead.");
    }

    private bool MakeOne(string above, string name, string path, (uint Uid, uint Gid) owner)
    {
        int there = TryOpen(path, OpenFlags.Path | OpenFlags.Directory);
        if (there >= 0)
        {
            Files.Close(there);
            return false;
        }
        if (Syscall.Last != Errno.ENOENT) throw Blocked(path, Syscall.Last);
        int folder = OpenFolder(above);
        try
        {
            Errno error = FolderCalls.MakeFolder(folder, name, FileManner.FolderMode);
            if (error == Errno.EEXIST) throw Blocked(path, error);
            if (error != Errno.None) throw new KernelException("mkdirat", error, path);
            FolderCalls.SetOwner(folder, name, owner.Uid, owner.Gid);
            FolderCalls.SetMode(folder, name, FileManner.FolderMode);
            return true;
        }
        finally
        {
            Files.Close(folder);
        }
    }

    private int TryOpen(string path, int flags) => FolderCalls.OpenInRoot(root, PathPattern.Clean(path) is { Length: > 0 } clean ? clean : ".", flags);

    private EngineException Blocked(string path, Errno errno)
        => place.Error("CopyBlocked", Reason.WrongState, errno switch
        {
            Errno.ENOTDIR => $"'/{Printable.Of(path)}' in the image is no folder.",
            Errno.EEXIST or Errno.ELOOP => $"'/{Printable.Of(path)}' in the image is a link that leads nowhere.",
            _ => $"'/{Printable.Of(path)}' in the image can't be opened ({errno}).",
        }, "Remove it by a RUN before, or choose another destination.");
}
