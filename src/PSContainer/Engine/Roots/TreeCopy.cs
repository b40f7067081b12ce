using PSContainer.Kernel;

namespace PSContainer.Engine.Roots;

/// <summary>How a copy's entries differ from what they are copies of.</summary>
public sealed record CopyManner
{
    /// <summary>Whose the copies are; null keeps user and group.</summary>
    public (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Set-user-id and set-group-id go: what is brought out of a container must give nobody on this machine a privilege.</summary>
    public bool DropsPrivilege { get; init; }

    /// <summary>Device nodes are made; else they are passed over.</summary>
    public bool MakesDevices { get; init; }

    /// <summary>Told of what was passed over: its name and why.</summary>
    public Action<string, string>? Skipped { get; init; }
}

/// <summary>
/// Copies entries between folders where either side may be a stranger's, and may change while it is copied (CVE-2018-15664):
/// every entry is opened once, by one name in an open folder, and then used by its descriptor; no link is ever followed.
/// </summary>
public sealed class TreeCopy(CopyManner manner, CancellationToken cancelled)
{
    private const int Deepest = 400, Attempts = 100;

    // The kernel's own: they have no end, or say nothing anywhere else.
    private static readonly long[] s_kernels = [0x9FA0, 0x62656572, 0x27E0EB, 0x63677270, 0x1CD1, 0x19800202, 0x73636673, 0x64626720];

    private readonly byte[] _buffer = new byte[1 << 17];
    private readonly Dictionary<((uint, uint), ulong), EntryName[]> _linked = [];
    private readonly Stack<EntryName> _path = [];
    private int _top = -1;

    /// <summary>Copies an entry, with all below it, to a name in another folder. A folder that is there is filled; anything else is replaced.</summary>
    /// <exception cref="EngineException">CopyOverFolder, CopyTooDeep, CopyRaced.</exception>
    /// <exception cref="KernelException"/>
    public void Copy(int fromFolder, EntryName from, int toFolder, EntryName to)
    {
        _top = toFolder;
        CopyEntry(fromFolder, from, toFolder, to, null);
    }

    /// <summary>Copies all that is in one folder into another; both are open, the first for reading.</summary>
    public void CopyContents(int from, int to)
    {
        _top = to;
        CopyBelow(from, Folder.Find(from, "")!.Value, to);
    }

    private void CopyEntry(int fromFolder, EntryName from, int toFolder, EntryName to, FileStatus? above)
    {
        cancelled.ThrowIfCancellationRequested();
        int entry = Folder.TryOpen(fromFolder, from, OpenFlags.Path);
        if (entry < 0)
        {
            // Below the first level it is somebody's who has just removed it.
            if (Syscall.Last == Errno.ENOENT && above is not null) return;
            throw new KernelException("open", Syscall.Last, from.ToString());
        }
        _path.Push(to);
        try
        {
            FileStatus status = FileStatus.Of(entry, "");
            switch (status.Kind)
            {
                case FileKind.Directory: CopyFolder(entry, status, toFolder, to, above); break;
                case FileKind.Regular: CopyFile(entry, status, toFolder, to); break;
                case FileKind.Link:
                    Replace(toFolder, to, () => Folder.MakeLink(toFolder, to, Folder.ReadLink(entry, "") ?? throw new KernelException("readlink", Syscall.Last, from.ToString())));
                    Finish(toFolder, to, status);
                    break;
                case FileKind.Fifo:
                case FileKind.CharacterDevice or FileKind.BlockDevice when manner.MakesDevices:
                    Replace(toFolder, to, () => Folder.MakeNode(toFolder, to, status.Kind, status.Permissions, status.Special));
                    Finish(toFolder, to, status);
                    break;
                default:
                    manner.Skipped?.Invoke(from.ToString(), status.Kind == FileKind.Socket ? "it is a socket" : "it is a device");
                    break;
            }
        }
        finally
        {
            _path.Pop();
            Files.Close(entry);
        }
    }

    private void CopyFolder(int entry, FileStatus status, int toFolder, EntryName to, FileStatus? above)
    {
        if (_path.Count > Deepest)
            throw new EngineException("CopyTooDeep", Reason.InvalidInput, $"The folders are nested more than {Deepest} deep.", "Copy a folder further down.");
        // A mount; the topmost was asked for by its name.
        if (above is { } parent && parent.Device != status.Device && s_kernels.Contains(Folder.FileSystem(entry)))
        {
            manner.Skipped?.Invoke(to.ToString(), "it is the kernel's own file system");
            return;
        }
        Errno made = MakeFolder(toFolder, to);
        int target = Folder.TryOpen(toFolder, to, OpenFlags.ReadOnly | OpenFlags.Directory);
        if (target < 0) throw Raced(to, Syscall.Last);
        int source = -1;
        try
        {
            source = Folder.Reopen(entry, OpenFlags.ReadOnly | OpenFlags.Directory);
            CopyBelow(source, status, target);
            if (made == Errno.None) FinishOpen(target, status);
        }
        finally
        {
            Files.Close(target);
            if (source >= 0) Files.Close(source);
        }
    }

    private void CopyBelow(int source, FileStatus status, int target)
    {
        foreach (EntryName name in Folder.Entries(source)) CopyEntry(source, name, target, name, status);
    }

    /// <summary>None where it was made, EEXIST where it was there; what is there and no folder goes.</summary>
    private static Errno MakeFolder(int toFolder, EntryName to)
    {
        const uint ownerOnly = 0x1C0;
        for (int i = 0; i < Attempts; i++)
        {
            Errno answer = Folder.Make(toFolder, to, ownerOnly);
            if (answer is not (Errno.None or Errno.EEXIST)) throw new KernelException("mkdir", answer, to.ToString());
            if (answer == Errno.None || Folder.Find(toFolder, to) is { Kind: FileKind.Directory }) return answer;
            Folder.Remove(toFolder, to, isFolder: false);
        }
        throw Raced(to, Errno.EEXIST);
    }

    private void CopyFile(int entry, FileStatus status, int toFolder, EntryName to)
    {
        if (status.Links > 1 && LinkToFirst(status, toFolder, to)) return;
        int target = -1;
        Replace(toFolder, to, () =>
        {
            const uint ownerOnly = 0x180;
            target = Folder.TryOpen(toFolder, to, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, ownerOnly);
            return target < 0 ? Syscall.Last : Errno.None;
        });
        int source = -1;
        try
        {
            source = Folder.Reopen(entry, OpenFlags.ReadOnly | OpenFlags.NonBlock);
            CopyBytes(source, target, status.Size, to);
            FinishOpen(target, status);
            if (status.Links > 1) _linked[(status.Device, status.Inode)] = [.. _path.Reverse()];
        }
        finally
        {
            Files.Close(target);
            if (source >= 0) Files.Close(source);
        }
    }

    // No more than it was at the first look: somebody may be writing it all the while.
    private void CopyBytes(int source, int target, long size, EntryName name)
    {
        for (long left = size; left > 0;)
        {
            cancelled.ThrowIfCancellationRequested();
            int count = Files.Read(source, _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length)));
            if (count < 0) throw new KernelException("read", Syscall.Last, name.ToString());
            if (count == 0) return;
            if (!Files.Write(target, _buffer.AsSpan(0, count))) throw new KernelException("write", Syscall.Last, name.ToString());
            left -= count;
        }
    }

    /// <summary>Another name of a file that was copied before stays another name of the copy; false where that can't be.</summary>
    private bool LinkToFirst(FileStatus status, int toFolder, EntryName to)
    {
        if (!_linked.TryGetValue((status.Device, status.Inode), out EntryName[]? first)) return false;
        int folder = _top;
        foreach (EntryName name in first[..^1])
        {
            int next = folder < 0 ? -1 : Folder.TryOpen(folder, name, OpenFlags.Path | OpenFlags.Directory);
            if (folder != _top && folder >= 0) Files.Close(folder);
            folder = next;
        }
        if (folder < 0) return false;
        Folder.Remove(toFolder, to, isFolder: false);
        Errno answer = Folder.MakeHardLink(folder, first[^1], toFolder, to);
        if (folder != _top) Files.Close(folder);
        return answer == Errno.None;
    }

    private static void Replace(int toFolder, EntryName to, Func<Errno> make)
    {
        for (int i = 0; i < Attempts; i++)
        {
            Errno answer = make();
            if (answer == Errno.None) return;
            if (answer != Errno.EEXIST) throw new KernelException("create", answer, to.ToString());
            answer = Folder.Remove(toFolder, to, isFolder: false);
            if (answer == Errno.EISDIR)
                throw new EngineException("CopyOverFolder", Reason.AlreadyExists, $"'{Plan.Argument.Printable(to.ToString())}' is a folder there, and what is copied is none.", "Remove the folder first, or name another place.");
            if (answer is not (Errno.None or Errno.ENOENT)) throw new KernelException("unlink", answer, to.ToString());
        }
        throw Raced(to, Errno.EEXIST);
    }

    private void FinishOpen(int target, FileStatus status)
    {
        (uint uid, uint gid) = manner.Owner ?? (status.Uid, status.Gid);
        Check(Folder.ChangeOwner(target, "", uid, gid), "chown");
        // After the owner, whose change would take setuid away.
        Check(Folder.ChangeMode(target, Mode(status)), "chmod");
        Folder.ChangeTime(target, status.Modified);
    }

    private void Finish(int folder, EntryName name, FileStatus status)
    {
        (uint uid, uint gid) = manner.Owner ?? (status.Uid, status.Gid);
        Check(Folder.ChangeOwner(folder, name, uid, gid), "chown");
        Folder.ChangeTime(folder, name, status.Modified);
    }

    private uint Mode(FileStatus status)
    {
        const uint setIds = 0xC00;
        return manner.DropsPrivilege && status.Kind != FileKind.Directory ? status.Permissions & ~setIds : status.Permissions;
    }

    private static void Check(Errno answer, string call)
    {
        if (answer != Errno.None) throw new KernelException(call, answer);
    }

    private static EngineException Raced(EntryName name, Errno errno)
        => new("CopyRaced", Reason.Failed, $"'{Plan.Argument.Printable(name.ToString())}' changes while it is copied ({errno}).", "Stop or pause the container, and copy again.");
}
