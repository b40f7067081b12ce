using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Layers;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>Copies what a COPY takes into open folders of the target, an entry at a time; no link of either side is followed below the top.</summary>
internal sealed class EntryCopy(FileManner manner, Place place, CancellationToken cancelled)
{
    private const uint OwnerOnly = 0x180, OwnerFolder = 0x1C0;

    private readonly byte[] _buffer = new byte[1 << 17];

    /// <summary>A source that is no folder, to a name in a folder.</summary>
    public void CopyFile(CopySource source, int folder, PathBytes name) => Copy(source, source.Entries[0], folder, name);

    /// <summary>What is in a source that is a folder, into a folder.</summary>
    /// <param name="isNew">The target was made for it, and gets its owner, mode and time.</param>
    public void CopyContents(CopySource source, int target, bool isNew)
    {
        var folders = new List<(PathBytes Path, SourceEntry Entry)>();
        foreach (SourceEntry entry in source.Entries.Skip(1))
        {
            cancelled.ThrowIfCancellationRequested();
            int slash = entry.Path.Span.LastIndexOf((byte)'/');
            int parent = slash < 0 ? target : OpenBelow(target, new PathBytes(entry.Path.Span[..slash]));
            try
            {
                var name = new PathBytes(entry.Path.Span[(slash + 1)..]);
                if (entry.Status.Kind != FileKind.Directory) Copy(source, entry, parent, name);
                else if (MakeFolder(parent, name)) folders.Add((entry.Path, entry));
            }
            finally
            {
                if (parent != target) Files.Close(parent);
            }
        }
        // From below, because whatever is made in a folder changes its time.
        foreach ((PathBytes path, SourceEntry entry) in Enumerable.Reverse(folders)) Finish(source, entry, OpenBelow(target, path));
        if (isNew) Finish(source, source.Entries[0], Files.Open($"/proc/self/fd/{target}", OpenFlags.ReadOnly | OpenFlags.Directory));
    }

    // Every part of the path was seen to be a folder when it came up.
    private static int OpenBelow(int target, PathBytes path)
    {
        int folder = FolderCalls.OpenInRoot(target, path, OpenFlags.ReadOnly | OpenFlags.Directory);
        return folder >= 0 ? folder : throw new KernelException("openat2", Syscall.Last, path.ToString());
    }

    private bool MakeFolder(int parent, PathBytes name)
    {
        Errno error = FolderCalls.MakeFolder(parent, name, OwnerFolder);
        if (error == Errno.None) return true;
        if (error != Errno.EEXIST) throw new KernelException("mkdirat", error, name.ToString());
        if (FileStatus.TryOf(parent, name) is { Kind: FileKind.Directory }) return false;
        throw place.Error("CopyBlocked", Reason.WrongState, $"'{name}' is a folder that is copied, and in the image it is none.", "Remove it by a RUN before, or choose another destination.");
    }

    private void Copy(CopySource source, SourceEntry entry, int folder, PathBytes name)
    {
        if (entry.Status.Kind == FileKind.Socket || entry.Status.IsWhiteout) return;
        Errno error = FolderCalls.Remove(folder, name);
        if (error == Errno.EISDIR)
            throw place.Error("CopyBlocked", Reason.WrongState, $"'{name}' is copied as a file, and in the image it is a folder.", "End the destination with '/' to copy into the folder, or remove it by a RUN before.");
        if (error is not (Errno.None or Errno.ENOENT)) throw new KernelException("unlinkat", error, name.ToString());
        switch (entry.Status.Kind)
        {
            case FileKind.Regular:
                CopyContent(source, entry, folder, name);
                return;
            case FileKind.Link:
                Check(FolderCalls.MakeLink(folder, name, SourceLink.Read(source.Top, entry.Path)), "symlinkat", name);
                break;
            default:
                Check(FolderCalls.MakeNode(folder, name, entry.Status.Mode, entry.Status.Special.Major, entry.Status.Special.Minor), "mknodat", name);
                Check(FolderCalls.SetMode(folder, name, manner.Mode ?? entry.Status.Permissions), "fchmodat", name);
                break;
        }
        (uint uid, uint gid) = Owner(source, entry);
        Check(FolderCalls.SetOwner(folder, name, uid, gid), "fchownat", name);
        FolderCalls.SetTime(folder, name, entry.Status.Modified.Seconds, entry.Status.Modified.Nanoseconds);
    }

    private void CopyContent(CopySource source, SourceEntry entry, int folder, PathBytes name)
    {
        int target = FolderCalls.Open(folder, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, OwnerOnly);
        if (target < 0) throw new KernelException("openat", Syscall.Last, name.ToString());
        int from = -1;
        try
        {
            from = SourceTree.Open(source.Top, entry.Path, OpenFlags.ReadOnly | OpenFlags.NonBlock);
            int count;
            while ((count = Files.Read(from, _buffer)) > 0)
            {
                cancelled.ThrowIfCancellationRequested();
                if (!Files.Write(target, _buffer.AsSpan(0, count))) throw new KernelException("write", Syscall.Last, name.ToString());
            }
            if (count < 0) throw new KernelException("read", Syscall.Last, entry.Path.ToString());
            Finish(source, entry, target, from);
        }
        finally
        {
            Files.Close(target);
            if (from >= 0) Files.Close(from);
        }
    }

    private void Finish(CopySource source, SourceEntry entry, int target)
    {
        try
        {
            Finish(source, entry, target, -1);
        }
        finally
        {
            Files.Close(target);
        }
    }

    private void Finish(CopySource source, SourceEntry entry, int target, int from)
    {
        (uint uid, uint gid) = Owner(source, entry);
        Check(FolderCalls.SetOwner(target, uid, gid), "fchown", entry.Path);
        // After the owner, whose change takes set-user-ID and capabilities away.
        Check(FolderCalls.SetMode(target, manner.Mode ?? entry.Status.Permissions), "fchmod", entry.Path);
        // What a file of this machine may do here says nothing about the image.
        if (!source.Tree.IsContext && from >= 0)
            foreach (PathBytes attribute in ExtendedAttributes.Names(from).Where(LayerAttributes.IsKept))
                if (ExtendedAttributes.Get(from, attribute) is { } value) Check(ExtendedAttributes.Set(target, attribute, value), "fsetxattr", entry.Path);
        FolderCalls.SetTime(target, entry.Status.Modified.Seconds, entry.Status.Modified.Nanoseconds);
    }

    private (uint Uid, uint Gid) Owner(CopySource source, SourceEntry entry)
        => manner.Owner ?? (source.Tree.IsContext ? (0u, 0u) : (entry.Status.Uid, entry.Status.Gid));

    private static void Check(Errno error, string call, PathBytes path)
    {
        if (error != Errno.None) throw new KernelException(call, error, path.ToString());
    }
}
