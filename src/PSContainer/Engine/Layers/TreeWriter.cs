using PSContainer.Engine.Archives.Tar;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>What directories are, to be written as an archive.</summary>
public enum TreeKind
{
    /// <summary>A directory as it is: a device 0:0 is one.</summary>
    Plain,
    /// <summary>An overlay's directories, the topmost first, merged as it shows them.</summary>
    Merged,
    /// <summary>An overlay's upper directory alone: what it hides becomes whiteouts.</summary>
    Layer,
}

/// <summary>
/// Writes directories as an archive: each folder's names sorted, no times of access, seconds only, so that the same tree gives the same bytes. A
/// container may be at work in it meanwhile: everything is opened by its folder's descriptor, and no link is followed.
/// </summary>
internal sealed class TreeWriter(TarWriter writer, TreeKind kind, DateTimeOffset? latest, CancellationToken cancellation)
{
    private static readonly PathBytes s_redirect = "trusted.overlay.redirect", s_metacopy = "trusted.overlay.metacopy";

    private readonly long _latest = latest?.ToUnixTimeSeconds() ?? long.MaxValue;
    private readonly Dictionary<(ulong, (uint, uint)), PathBytes> _firstOf = [];
    private readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>Bytes of all files' content.</summary>
    public long Size { get; private set; }

    public int Entries { get; private set; }

    /// <summary>Writes what the folders hold; not the root itself, whose attributes are its maker's.</summary>
    /// <exception cref="KernelException"/>
    /// <exception cref="EngineException">LayerNotPackable.</exception>
    public void Write(IReadOnlyList<string> folders)
    {
        List<int> opened = [];
        try
        {
            foreach (string folder in folders) opened.Add(Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory));
            WriteFolder(opened, default);
        }
        finally
        {
            foreach (int folder in opened) Files.Close(folder);
        }
    }

    private void WriteFolder(IReadOnlyList<int> folders, PathBytes path)
    {
        foreach (TreeNode node in TreeNode.List(folders, kind != TreeKind.Plain))
        {
            cancellation.ThrowIfCancellationRequested();
            PathBytes whole = path.Combine(node.Name.Span);
            if (whole.Length >= TarReader.LongestName) throw NotPackable(whole, "its path is longer than an archive takes");
            if (kind == TreeKind.Layer && node.Name.Span.StartsWith(Whiteout.Prefix)) throw NotPackable(whole, "its name is one by which a layer says that something is gone");
            if (kind != TreeKind.Plain && node.Status.IsWhiteout)
            {
                if (kind == TreeKind.Layer) Put(new TarEntry { Type = TarType.File, Name = path.Combine([.. Whiteout.Prefix, .. node.Name.Span]) });
            }
            else if (node.Status.Kind == FileKind.Directory) WriteSubfolder(node, whole);
            else WriteOther(node, whole);
        }
    }

    private void WriteSubfolder(TreeNode node, PathBytes path)
    {
        List<int> opened = [];
        try
        {
            foreach (int folder in node.Folders)
                if (FolderCalls.Open(folder, node.Name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow) is >= 0 and var descriptor) opened.Add(descriptor);
            if (opened.Count == 0) return;
            Put(Entry(FileStatus.Of(opened[0], ""), new PathBytes([.. path.Span, (byte)'/'])) with { Type = TarType.Folder, Attributes = Attributes(opened[0], path) });
            if (kind == TreeKind.Layer && node.HidesBelow) Put(new TarEntry { Type = TarType.File, Name = path.Combine(Whiteout.OpaqueName.Span) });
            WriteFolder(opened, path);
        }
        finally
        {
            foreach (int descriptor in opened) Files.Close(descriptor);
        }
    }

    private void WriteOther(TreeNode node, PathBytes path)
    {
        FileStatus status = node.Status;
        if (status.Kind == FileKind.Socket) return; // an archive has no word for it, and its maker is gone
        bool hasLinks = status.Links > 1;
        if (hasLinks && _firstOf.TryGetValue((status.Inode, status.Device), out PathBytes first))
        {
            Put(Entry(status, path) with { Type = TarType.HardLink, Link = first });
            return;
        }
        bool isWritten = true;
        switch (status.Kind)
        {
            case FileKind.Regular:
                isWritten = WriteFile(node, path);
                break;
            case FileKind.Link:
                Span<byte> target = stackalloc byte[TarReader.LongestName + 1];
                int length = FolderCalls.ReadLink(node.Folders[0], node.Name, target);
                isWritten = length >= 0;
                if (isWritten) Put(Entry(status, path) with { Type = TarType.SymbolicLink, Link = new PathBytes(target[..length]) });
                break;
            default:
                TarType type = status.Kind switch { FileKind.Fifo => TarType.Fifo, FileKind.BlockDevice => TarType.BlockDevice, _ => TarType.CharacterDevice };
                Put(Entry(status, path) with { Type = type, Major = status.Special.Major, Minor = status.Special.Minor });
                break;
        }
        if (hasLinks && isWritten) _firstOf[(status.Inode, status.Device)] = path;
    }

    // False where it is gone, or another thing, by now.
    private bool WriteFile(TreeNode node, PathBytes path)
    {
        int file = FolderCalls.Open(node.Folders[0], node.Name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlock);
        if (file < 0) return Syscall.Last is Errno.ENOENT or Errno.ELOOP or Errno.ENXIO ? false : throw new KernelException("openat", Syscall.Last, path.ToString());
        try
        {
            FileStatus status = FileStatus.Of(file, "");
            if (status.Kind != FileKind.Regular) return false;
            Put(Entry(status, path) with { Type = TarType.File, Size = status.Size, Attributes = Attributes(file, path) });
            for (long left = status.Size; left > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                Span<byte> part = _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length));
                int count = Files.Read(file, part);
                if (count < 0) throw new KernelException("read", Syscall.Last, path.ToString());
                // It has shrunk since: zeros stand for what is gone, as tar does it.
                if (count == 0) part.Clear();
                else part = part[..count];
                writer.WriteContent(part);
                left -= part.Length;
            }
            Size += status.Size;
            return true;
        }
        finally
        {
            Files.Close(file);
        }
    }

    private void Put(TarEntry entry)
    {
        writer.Write(entry);
        Entries++;
    }

    private TarEntry Entry(FileStatus status, PathBytes path)
        => new() { Type = TarType.File, Name = path, Mode = status.Permissions, User = status.Uid, Group = status.Gid, Modified = Math.Min(status.Modified.Seconds, _latest) };

    private IReadOnlyList<ExtendedAttribute> Attributes(int file, PathBytes path)
    {
        List<ExtendedAttribute>? kept = null;
        foreach (PathBytes name in ExtendedAttributes.Names(file))
        {
            if (kind != TreeKind.Plain && (name.Equals(s_redirect) || name.Equals(s_metacopy)))
                throw NotPackable(path, $"the overlay was mounted with an option whose mark ({name}) only an overlay understands");
            if (LayerAttributes.IsKept(name) && ExtendedAttributes.Get(file, name) is { } value) (kept ??= []).Add(new ExtendedAttribute(name, value));
        }
        return kept ?? (IReadOnlyList<ExtendedAttribute>)[];
    }

    private static EngineException NotPackable(PathBytes path, string why)
        => new("LayerNotPackable", Reason.NotSupported, $"'{path}' can't go into a layer: {why}.", "Remove or rename it, and try again.");
}
