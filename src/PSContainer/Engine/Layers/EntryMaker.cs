using PSContainer.Engine.Archives.Tar;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>Makes what an entry says. A name that is there already gives way, but for a folder under a folder, which only changes its attributes.</summary>
internal sealed class EntryMaker(LayerRoot root)
{
    private const uint Private = 0x180; // 0600

    public void Make(TarEntry entry, LayerPath path, TarReader content)
    {
        if (path.IsRoot)
        {
            if (entry.Type != TarType.Folder) throw LayerError.Refused(entry.Name, "it would replace the layer's root");
            SetFolder(root.Descriptor, entry, path);
            return;
        }
        int parent = root.OpenParent(path.Parent);
        switch (entry.Type)
        {
            case TarType.File:
                MakeFile(parent, entry, path, content);
                break;
            case TarType.Folder:
                MakeFolder(parent, entry, path);
                break;
            case TarType.HardLink:
                MakeHardLink(parent, entry, path);
                break;
            case TarType.SymbolicLink:
                if (entry.Link.IsEmpty) throw LayerError.Refused(entry.Name, "a link has to lead somewhere");
                Create(parent, path, "symlinkat", () => FolderCalls.MakeLink(parent, path.Leaf, entry.Link));
                SetNode(parent, entry, path, hasMode: false);
                break;
            default:
                FileKind type = entry.Type switch { TarType.Fifo => FileKind.Fifo, TarType.BlockDevice => FileKind.BlockDevice, _ => FileKind.CharacterDevice };
                Create(parent, path, "mknodat", () => FolderCalls.MakeNode(parent, path.Leaf, (uint)type | Private, entry.Major, entry.Minor));
                SetNode(parent, entry, path, hasMode: true);
                break;
        }
    }

    private void MakeFile(int parent, TarEntry entry, LayerPath path, TarReader content)
    {
        int flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
        int file = FolderCalls.Open(parent, path.Leaf, flags, Private);
        if (file < 0 && Syscall.Last == Errno.EEXIST)
        {
            root.Clear(parent, path.Leaf);
            file = FolderCalls.Open(parent, path.Leaf, flags, Private);
        }
        if (file < 0) throw LayerError.Failed("openat", Syscall.Last, entry.Name);
        try
        {
            for (ReadOnlySpan<byte> part; !(part = content.ReadPart()).IsEmpty;)
                if (!Files.Write(file, part)) throw LayerError.Failed("write", Syscall.Last, entry.Name);
            // In this order: a write and a change of the owner take set-user-ID and capabilities away.
            LayerError.Check(FolderCalls.SetOwner(file, entry.User, entry.Group), "fchown", entry.Name);
            LayerError.Check(FolderCalls.SetMode(file, entry.Mode), "fchmod", entry.Name);
            SetAttributes(file, entry);
            LayerError.Check(FolderCalls.SetTime(file, entry.Modified, entry.ModifiedNanoseconds), "futimens", entry.Name);
        }
        finally
        {
            Files.Close(file);
        }
    }

    private void MakeFolder(int parent, TarEntry entry, LayerPath path)
    {
        const uint ownersOnly = 0x1C0; // 0700
        bool hidesBelow = false;
        Errno error = FolderCalls.MakeFolder(parent, path.Leaf, ownersOnly);
        if (error == Errno.EEXIST && FileStatus.TryOf(parent, path.Leaf) is { } old && old.Kind != FileKind.Directory)
        {
            // Without the mark, the folder would let what the whiteout hid show through.
            hidesBelow = old.IsWhiteout;
            root.Clear(parent, path.Leaf);
            error = FolderCalls.MakeFolder(parent, path.Leaf, ownersOnly);
        }
        if (error is not (Errno.None or Errno.EEXIST)) throw LayerError.Failed("mkdirat", error, entry.Name);
        int folder = FolderCalls.Open(parent, path.Leaf, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        if (folder < 0) throw LayerError.Failed("openat", Syscall.Last, entry.Name);
        try
        {
            SetFolder(folder, entry, path);
        }
        finally
        {
            Files.Close(folder);
        }
        if (hidesBelow) LayerRoot.MakeOpaque(parent, path.Leaf, entry.Name);
    }

    private void MakeHardLink(int parent, TarEntry entry, LayerPath path)
    {
        LayerPath target = LayerPath.Parse(entry.Link);
        int folder = target.Parent.Equals(path.Parent) ? parent : root.TryOpenFolder(target.Parent);
        try
        {
            if (target.IsRoot || folder < 0 || FileStatus.TryOf(folder, target.Leaf) is not { } status || status.IsWhiteout || status.Kind == FileKind.Directory)
                throw LayerError.Refused(entry.Name, $"it is a hard link to '{entry.Link}', which is no file of this layer");
            Create(parent, path, "linkat", () => FolderCalls.HardLink(folder, target.Leaf, parent, path.Leaf));
        }
        finally
        {
            if (folder >= 0 && folder != parent) Files.Close(folder);
        }
    }

    private void Create(int parent, LayerPath path, string call, Func<Errno> make)
    {
        Errno error = make();
        if (error == Errno.EEXIST)
        {
            root.Clear(parent, path.Leaf);
            error = make();
        }
        // A hard link to itself, which has just given way.
        if (error == Errno.ENOENT) throw LayerError.Refused(path.Whole, "it is a link to itself");
        LayerError.Check(error, call, path.Whole);
    }

    private static void SetNode(int parent, TarEntry entry, LayerPath path, bool hasMode)
    {
        LayerError.Check(FolderCalls.SetOwner(parent, path.Leaf, entry.User, entry.Group), "fchownat", entry.Name);
        if (hasMode) LayerError.Check(FolderCalls.SetMode(parent, path.Leaf, entry.Mode), "fchmodat", entry.Name);
        LayerError.Check(FolderCalls.SetTime(parent, path.Leaf, entry.Modified, entry.ModifiedNanoseconds), "utimensat", entry.Name);
    }

    private void SetFolder(int folder, TarEntry entry, LayerPath path)
    {
        LayerError.Check(FolderCalls.SetOwner(folder, entry.User, entry.Group), "fchown", entry.Name);
        LayerError.Check(FolderCalls.SetMode(folder, entry.Mode), "fchmod", entry.Name);
        SetAttributes(folder, entry);
        root.RememberTime(folder, path.Whole, entry.Modified, entry.ModifiedNanoseconds);
    }

    // Labels of a security module are this machine's to give, and trusted.overlay.* steers the overlay itself.
    private static void SetAttributes(int file, TarEntry entry)
    {
        foreach (ExtendedAttribute attribute in entry.Attributes)
        {
            if (!LayerAttributes.IsKept(attribute.Name)) continue;
            Errno error = ExtendedAttributes.Set(file, attribute.Name, attribute.Value);
            // A file system may have no attributes for users; a capability that is not kept would be a program that fails.
            if (error == Errno.EOPNOTSUPP && !attribute.Name.Equals(LayerAttributes.Capability)) continue;
            if (error == Errno.EINVAL) throw LayerError.Refused(entry.Name, $"its attribute '{attribute.Name}' is malformed");
            LayerError.Check(error, "fsetxattr", entry.Name);
        }
    }
}
