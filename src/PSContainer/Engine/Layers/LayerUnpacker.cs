using PSContainer.Engine.Archives.Tar;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>
/// Unpacks a layer's archive into a folder that overlayfs can take as a lower one: whiteouts become devices 0:0, opaque whiteouts an attribute of
/// the folder. Whatever the archive holds, nothing outside of the folder is touched.
/// </summary>
internal sealed class LayerUnpacker
{
    private readonly LayerRoot _root;
    private readonly EntryMaker _maker;
    private readonly UnpackRoom _room;

    private LayerUnpacker(LayerRoot root)
    {
        _root = root;
        _maker = new EntryMaker(root);
        _room = new UnpackRoom(root.Descriptor);
    }

    /// <summary>Unpacks all of it, up to the stream's end.</summary>
    /// <param name="archive">Not compressed.</param>
    /// <param name="folder">Empty, and nobody else's.</param>
    /// <returns>Bytes of all files' content; of entries, their count.</returns>
    /// <exception cref="EngineException">LayerEntryRefused, StorageFull, ArchiveInvalid, ArchiveTruncated, ArchiveNotSupported.</exception>
    /// <exception cref="KernelException"/>
    public static (long Size, int Entries) Unpack(TarReader archive, string folder, CancellationToken cancellation)
    {
        using var root = new LayerRoot(folder);
        var unpacker = new LayerUnpacker(root);
        long size = 0;
        int entries = 0;
        while (archive.Next() is { } entry)
        {
            cancellation.ThrowIfCancellationRequested();
            unpacker.Take(entry, archive);
            size += entry.Size;
            entries++;
        }
        archive.Drain();
        root.SetTimes();
        return (size, entries);
    }

    private void Take(TarEntry entry, TarReader archive)
    {
        _room.Take(entry);
        LayerPath path = LayerPath.Parse(entry.Name);
        switch (Whiteout.Parse(path.Leaf, out PathBytes hidden))
        {
            case WhiteoutKind.None:
                if (!IsBookkeeping(path.Parent)) _maker.Make(entry, path, archive);
                break;
            case WhiteoutKind.Name:
                Hide(_root.OpenParent(path.Parent), hidden, entry.Name);
                break;
            case WhiteoutKind.Opaque:
                LayerRoot.MakeOpaque(_root.OpenParent(path.Parent), ".", entry.Name);
                break;
        }
    }

    // A whiteout is about the layers below: what this layer has itself stays, and a folder of its own shows nothing of theirs.
    private static void Hide(int parent, PathBytes hidden, PathBytes name)
    {
        Errno error = FolderCalls.MakeNode(parent, hidden, (uint)FileKind.CharacterDevice);
        if (error == Errno.EEXIST && FileStatus.TryOf(parent, hidden) is { } status)
        {
            if (status.Kind == FileKind.Directory) LayerRoot.MakeOpaque(parent, hidden, name);
            return;
        }
        LayerError.Check(error, "mknodat", name);
    }

    private static bool IsBookkeeping(PathBytes parent) => parent.Span.StartsWith(".wh..wh."u8) || parent.Span.IndexOf("/.wh..wh."u8) >= 0;
}
