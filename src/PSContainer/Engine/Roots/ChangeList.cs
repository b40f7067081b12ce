using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Roots;

/// <summary>
/// What an overlay's upper directory says about the layers below it (Documentation/filesystems/overlayfs.rst): a character device 0:0
/// deletes, an opaque folder hides all that is below it, everything else adds or changes. A container may be writing meanwhile; every
/// entry is reached by one name in an open folder, and no link is followed.
/// </summary>
public sealed class ChangeList
{
    private const int Deepest = 400;
    private static readonly PathBytes s_opaque = "trusted.overlay.opaque";

    private readonly List<FileChange> _changes = [];
    private readonly CancellationToken _cancelled;

    private ChangeList(CancellationToken cancelled) => _cancelled = cancelled;

    /// <param name="upper">The upper directory.</param>
    /// <param name="lowers">The layers below, the topmost first.</param>
    /// <returns>Folders before what is in them, names in the order of their bytes.</returns>
    /// <exception cref="KernelException"/>
    public static IReadOnlyList<FileChange> Read(string upper, IReadOnlyList<string> lowers, CancellationToken cancelled)
    {
        var list = new ChangeList(cancelled);
        var below = new List<int>();
        int top = Files.Open(upper, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            foreach (string lower in lowers) below.Add(Files.Open(lower, OpenFlags.ReadOnly | OpenFlags.Directory));
            list.Walk(top, below, "", 0);
            return list._changes;
        }
        finally
        {
            Files.Close(top);
            below.ForEach(descriptor => Files.Close(descriptor));
        }
    }

    private void Walk(int upper, List<int> lowers, PathBytes path, int depth)
    {
        if (depth > Deepest) throw new EngineException("ChangesTooDeep", Reason.NotSupported, $"The folders are nested more than {Deepest} deep.", "Look at them from inside (Invoke-ContainerCommand).");
        foreach (PathBytes name in FolderListing.Read(upper).Order())
        {
            _cancelled.ThrowIfCancellationRequested();
            // What is gone by now was there for a moment only.
            if (FileStatus.TryOf(upper, name) is not { } status) continue;
            PathBytes whole = path.Combine(name.Span);
            FileStatus? before = Below(lowers, name);
            if (status.IsWhiteout)
            {
                if (before is not null) Tell(FileChangeKind.Deleted, whole, null);
            }
            else if (status.Kind == FileKind.Directory) WalkFolder(upper, lowers, name, whole, status, before, depth);
            else Tell(before is null ? FileChangeKind.Added : FileChangeKind.Changed, whole, status);
        }
    }

    private void WalkFolder(int upper, List<int> lowers, PathBytes name, PathBytes path, FileStatus status, FileStatus? before, int depth)
    {
        int folder = FolderCalls.Open(upper, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        if (folder < 0) return;
        bool wasFolder = before is { Kind: FileKind.Directory };
        List<int> below = wasFolder ? FoldersBelow(lowers, name) : [];
        try
        {
            int place = _changes.Count;
            if (IsOpaque(folder)) TellHidden(folder, below, path);
            else Walk(folder, below, path, depth + 1);
            // A folder is copied up also where only something in it was looked for to be written; then it is as it was.
            bool same = wasFolder && before!.Value.Mode == status.Mode && before.Value.Uid == status.Uid && before.Value.Gid == status.Gid && before.Value.Modified == status.Modified;
            if (!same || _changes.Count > place) Tell(before is null ? FileChangeKind.Added : FileChangeKind.Changed, path, status, place);
        }
        finally
        {
            Files.Close(folder);
            below.ForEach(descriptor => Files.Close(descriptor));
        }
    }

    // The folder was removed and made anew: what it had and has no more is deleted, what has the same name is changed.
    private void TellHidden(int folder, List<int> below, PathBytes path)
    {
        int place = _changes.Count;
        int depth = path.Span.Count((byte)'/') + 1;
        Walk(folder, below, path, depth);
        HashSet<PathBytes> now = [.. Names(folder)];
        foreach (PathBytes name in below.SelectMany(Names).Distinct().Order())
            if (!now.Contains(name) && Below(below, name) is not null) Tell(FileChangeKind.Deleted, path.Combine(name.Span), null);
        _changes.Sort(place, _changes.Count - place, Comparer<FileChange>.Create((a, b) => string.CompareOrdinal(a.Path, b.Path)));
    }

    /// <summary>What the layers have under a name, as the merged root would show it.</summary>
    private static FileStatus? Below(List<int> lowers, PathBytes name)
    {
        foreach (int lower in lowers)
            if (FileStatus.TryOf(lower, name) is { } found) return found.IsWhiteout ? null : found;
        return null;
    }

    /// <summary>The folders that the merged folder of this name is made of, the topmost first.</summary>
    private static List<int> FoldersBelow(List<int> lowers, PathBytes name)
    {
        var folders = new List<int>();
        foreach (int lower in lowers)
        {
            if (FileStatus.TryOf(lower, name) is not { } status) continue;
            if (status.Kind != FileKind.Directory) break;
            int folder = FolderCalls.Open(lower, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
            if (folder < 0) break;
            folders.Add(folder);
            if (IsOpaque(folder)) break;
        }
        return folders;
    }

    private static bool IsOpaque(int folder) => ExtendedAttributes.Get(folder, s_opaque) is [(byte)'y'];

    // Opened anew: a listing starts where the descriptor's last one ended.
    private static List<PathBytes> Names(int folder)
    {
        int listed = FolderCalls.Open(folder, ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            return FolderListing.Read(listed);
        }
        finally
        {
            Files.Close(listed);
        }
    }

    private void Tell(FileChangeKind kind, PathBytes path, FileStatus? status, int? place = null)
        => _changes.Insert(place ?? _changes.Count, new FileChange(kind, "/" + path, status?.Kind, status is { Kind: FileKind.Regular } file ? file.Size : null));
}
