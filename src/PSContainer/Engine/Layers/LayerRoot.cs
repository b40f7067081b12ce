using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>
/// The folder that a layer is unpacked into. Every path is resolved by openat2(2) with RESOLVE_IN_ROOT, so a link of the layer's own,
/// also one to "/" or "..", leads somewhere within it.
/// </summary>
internal sealed class LayerRoot : IDisposable
{
    private const uint DefaultMode = 0x1ED; // 0755

    private PathBytes _path;
    private int _parent = -1;
    // Folders of the layer by inode, with the path and time that they get at the very end.
    private readonly Dictionary<ulong, (PathBytes Path, long Seconds, uint Nanoseconds)> _times = [];

    /// <param name="folder">An empty folder of the caller's own, which nobody else reaches into.</param>
    public LayerRoot(string folder)
    {
        Descriptor = Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        LayerError.Check(FolderCalls.SetMode(Descriptor, DefaultMode), "fchmod", folder);
    }

    public int Descriptor { get; }

    /// <summary>
    /// A descriptor of a folder, which is made where it is missing; valid until the next call. Entries of one folder stand together in most
    /// archives, so the last one stays open. Nothing that happens in it can make it another.
    /// </summary>
    /// <exception cref="EngineException">LayerEntryRefused: a file is in the way, or a link that leads nowhere.</exception>
    public int OpenParent(PathBytes path)
    {
        if (path.IsEmpty) return Descriptor;
        if (_parent >= 0 && path.Equals(_path)) return _parent;
        Forget();
        int opened = TryOpenFolder(path);
        if (opened < 0) opened = MakeMissing(path);
        (_path, _parent) = (path, opened);
        return opened;
    }

    /// <summary>A descriptor of a folder that is there, or -1 with the error; the caller closes it.</summary>
    public int TryOpenFolder(PathBytes path) => FolderCalls.OpenInRoot(Descriptor, path.IsEmpty ? "." : path, OpenFlags.Path | OpenFlags.Directory);

    /// <summary>Removes whatever has this name, and all below it.</summary>
    public void Clear(int parent, PathBytes leaf)
    {
        try
        {
            TreeRemoval.Remove(parent, leaf, inode => _times.Remove(inode));
        }
        catch (KernelException failure)
        {
            throw LayerError.Failed(failure.Call, failure.Errno, leaf);
        }
    }

    /// <summary>Marks a folder opaque: of the layers below, nothing of it shows.</summary>
    public static void MakeOpaque(int parent, PathBytes leaf, PathBytes name)
    {
        int folder = FolderCalls.Open(parent, leaf, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        if (folder < 0) throw LayerError.Failed("openat", Syscall.Last, name);
        Errno error = ExtendedAttributes.Set(folder, Whiteout.OpaqueAttribute, "y"u8);
        Files.Close(folder);
        LayerError.Check(error, "fsetxattr", name);
    }

    /// <summary>Remembers when a folder was last changed: whatever is yet unpacked into it would change that again.</summary>
    public void RememberTime(int folder, PathBytes path, long seconds, uint nanoseconds)
    {
        if (FileStatus.TryOf(folder, default(PathBytes)) is { } status) _times[status.Inode] = (path, seconds, nanoseconds);
    }

    /// <summary>Gives the folders their times, once all is unpacked.</summary>
    public void SetTimes()
    {
        foreach ((ulong inode, (PathBytes path, long seconds, uint nanoseconds)) in _times)
        {
            int folder = TryOpenFolder(path);
            // A link may have come into the way since, and the path may lead elsewhere.
            if (folder < 0) continue;
            bool isSame = FileStatus.TryOf(folder, default(PathBytes)) is { } status && status.Inode == inode;
            Errno error = isSame ? FolderCalls.SetTime(folder, ".", seconds, nanoseconds) : Errno.None;
            Files.Close(folder);
            LayerError.Check(error, "utimensat", path);
        }
    }

    public void Dispose()
    {
        Forget();
        Files.Close(Descriptor);
    }

    // From the top downwards, so that a missing folder is made in the one that the path really leads to.
    private int MakeMissing(PathBytes path)
    {
        int folder = -1, above = Descriptor;
        for (int end = 0; end >= 0;)
        {
            int start = end == 0 ? 0 : end + 1;
            int slash = path.Span[start..].IndexOf((byte)'/');
            end = slash < 0 ? -1 : start + slash;
            PathBytes part = new(end < 0 ? path.Span : path.Span[..end]), leaf = new(end < 0 ? path.Span[start..] : path.Span[start..end]);
            Errno error;
            try
            {
                // Step by step: a path of a thousand parts is not resolved a thousand times. Only a link needs all of it.
                folder = FolderCalls.Open(above, leaf, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow);
                if (folder < 0 && Syscall.Last == Errno.ENOTDIR) folder = TryOpenFolder(part);
                if (folder < 0)
                {
                    Make(above, leaf, part, Syscall.Last);
                    folder = FolderCalls.Open(above, leaf, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow);
                }
                error = Syscall.Last;
            }
            finally
            {
                if (above != Descriptor) Files.Close(above);
            }
            if (folder < 0) throw LayerError.Failed("openat2", error, part);
            above = folder;
        }
        return folder;
    }

    private static void Make(int above, PathBytes leaf, PathBytes part, Errno why)
    {
        Errno error = why switch
        {
            Errno.ENOENT or Errno.ENOTDIR => FolderCalls.MakeFolder(above, leaf, DefaultMode),
            _ => why,
        };
        bool wasHidden = false;
        if (error == Errno.EEXIST && FileStatus.TryOf(above, leaf) is { } status)
        {
            // The layer hides what is below, and puts a folder of its own there.
            if (!status.IsWhiteout) throw LayerError.Refused(part, status.Kind == FileKind.Link ? "a link that leads nowhere is in the way" : "a file is in the way");
            wasHidden = true;
            LayerError.Check(FolderCalls.Remove(above, leaf), "unlinkat", part);
            error = FolderCalls.MakeFolder(above, leaf, DefaultMode);
        }
        LayerError.Check(error, "mkdirat", part);
        LayerError.Check(FolderCalls.SetOwner(above, leaf, 0, 0), "fchownat", part);
        LayerError.Check(FolderCalls.SetMode(above, leaf, DefaultMode), "fchmodat", part);
        if (wasHidden) MakeOpaque(above, leaf, part);
    }

    private void Forget()
    {
        if (_parent >= 0) Files.Close(_parent);
        _parent = -1;
    }
}
