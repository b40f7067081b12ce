using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Roots;

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
    private readonly Dictionary<((uint, uint), ulong), PathBytes[]> _linked = [];
    private readonly Stack<PathBytes> _path = [];
    private int _top = -1;

    /// <summary>Copies an entry, with all below it, to a name in another folder. A folder that is there is filled; anything else is replaced.</summary>
    /// <exception cref="EngineException">CopyOverFolder, CopyTooDeep, CopyRaced.</exception>
    /// <exception cref="KernelException"/>
    /// <param name="entry">Opened with O_PATH.</param>
    public void Copy(int entry, int toFolder, PathBytes to)
    {
        _top = toFolder;
        CopyEntry(entry, toFolder, to, null);
    }

    /// <summary>Copies all that is in one folder into another; both are open, no matter how.</summary>
    public void CopyContents(int from, int to)
    {
        _top = to;
        int source = Reopen(from, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            CopyBelow(source, FileStatus.Of(source, ""), to);
        }
        finally
        {
            Files.Close(source);
        }
    }

    /// <summary>Writes a file's contents into a file that is there and stays the same file.</summary>
    public void CopyInto(int entry, int existing, PathBytes name)
    {
        FileStatus status = FileStatus.Of(entry, "");
        if (FileStatus.Of(existing, "").Kind != FileKind.Regular)
            throw new EngineException("CopyOverFile", Reason.AlreadyExists, $"'{name}' is no file that could be written.", "Remove it first, or name another place.");
        int target = Reopen(existing, OpenFlags.WriteOnly | OpenFlags.Truncate);
        try
        {
            Fill(entry, status, target, name);
        }
        finally
        {
            Files.Close(target);
        }
    }

    private void CopyEntry(int entry, int toFolder, PathBytes to, FileStatus? above)
    {
        cancelled.ThrowIfCancellationRequested();
        _path.Push(to);
        try
        {
            FileStatus status = FileStatus.Of(entry, "");
            switch (status.Kind)
            {
                case FileKind.Directory: CopyFolder(entry, status, toFolder, to, above); break;
                case FileKind.Regular: CopyFile(entry, status, toFolder, to); break;
                case FileKind.Link:
                    Replace(toFolder, to, () => FolderCalls.MakeLink(toFolder, to, ReadLink(entry, to)));
                    Finish(toFolder, to, status);
                    break;
                case FileKind.Fifo:
                case FileKind.CharacterDevice or FileKind.BlockDevice when manner.MakesDevices:
                    Replace(toFolder, to, () => FolderCalls.MakeNode(toFolder, to, status.Mode, status.Special.Major, status.Special.Minor));
                    Finish(toFolder, to, status);
                    break;
                default:
                    manner.Skipped?.Invoke(to.ToString(), status.Kind == FileKind.Socket ? "it is a socket" : "it is a device");
                    break;
            }
        }
        finally
        {
            _path.Pop();
        }
    }

    private void CopyFolder(int entry, FileStatus status, int toFolder, PathBytes to, FileStatus? above)
    {
        if (_path.Count > Deepest)
            throw new EngineException("CopyTooDeep", Reason.InvalidInput, $"The folders are nested more than {Deepest} deep.", "Copy a folder further down.");
        // A mount; the topmost was asked for by its name.
        if (above is { } parent && parent.Device != status.Device && s_kernels.Contains(FileSystemType.Of(entry)))
        {
            manner.Skipped?.Invoke(to.ToString(), "it is the kernel's own file system");
            return;
        }
        Errno made = MakeFolder(toFolder, to);
        int target = FolderCalls.Open(toFolder, to, OpenFlags.NoFollow | OpenFlags.ReadOnly | OpenFlags.Directory);
        if (target < 0) throw Raced(to, Syscall.Last);
        int source = -1;
        try
        {
            source = Reopen(entry, OpenFlags.ReadOnly | OpenFlags.Directory);
            CopyBelow(source, status, target);
            if (made != Errno.None) return;
            FinishOpen(target, status);
            CopyAttributes(source, target);
        }
        finally
        {
            Files.Close(target);
            if (source >= 0) Files.Close(source);
        }
    }

    private void CopyBelow(int source, FileStatus status, int target)
    {
        foreach (PathBytes name in FolderListing.Read(source))
        {
            int entry = FolderCalls.Open(source, name, OpenFlags.Path | OpenFlags.NoFollow);
            // Somebody has just removed it.
            if (entry < 0 && Syscall.Last == Errno.ENOENT) continue;
            if (entry < 0) throw new KernelException("open", Syscall.Last, name.ToString());
            try
            {
                CopyEntry(entry, target, name, status);
            }
            finally
            {
                Files.Close(entry);
            }
        }
    }

    /// <summary>None where it was made, EEXIST where it was there; what is there and no folder goes.</summary>
    private Errno MakeFolder(int toFolder, PathBytes to)
    {
        const uint ownerOnly = 0x1C0;
        for (int i = 0; i < Attempts; i++)
        {
            Errno answer = Create(() => FolderCalls.MakeFolder(toFolder, to, ownerOnly));
            if (answer is not (Errno.None or Errno.EEXIST)) throw new KernelException("mkdir", answer, to.ToString());
            if (answer == Errno.None || FileStatus.TryOf(toFolder, to) is { Kind: FileKind.Directory }) return answer;
            FolderCalls.Remove(toFolder, to, isFolder: false);
        }
        throw Raced(to, Errno.EEXIST);
    }

    private void CopyFile(int entry, FileStatus status, int toFolder, PathBytes to)
    {
        if (status.Links > 1 && LinkToFirst(status, toFolder, to)) return;
        int target = -1;
        Replace(toFolder, to, () =>
        {
            const uint ownerOnly = 0x180;
            target = FolderCalls.Open(toFolder, to, OpenFlags.NoFollow | OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, ownerOnly);
            return target < 0 ? Syscall.Last : Errno.None;
        });
        try
        {
            Fill(entry, status, target, to);
            if (status.Links > 1) _linked[(status.Device, status.Inode)] = [.. _path.Reverse()];
        }
        finally
        {
            Files.Close(target);
        }
    }

    private void Fill(int entry, FileStatus status, int target, PathBytes name)
    {
        int source = Reopen(entry, OpenFlags.ReadOnly | OpenFlags.NonBlock);
        try
        {
            CopyBytes(source, target, status.Size, name);
            FinishOpen(target, status);
            CopyAttributes(source, target);
        }
        finally
        {
            Files.Close(source);
        }
    }

    // With their owner, files keep their capabilities, and what their user has noted; the rest is of this machine's kernel, or of its overlays.
    private void CopyAttributes(int source, int target)
    {
        if (manner.Owner is not null) return;
        foreach (PathBytes name in ExtendedAttributes.Names(source))
            if ((name.Span.SequenceEqual("security.capability"u8) || name.Span.StartsWith("user."u8)) && ExtendedAttributes.Get(source, name) is { } value)
                ExtendedAttributes.Set(target, name, value);
    }

    // No more than it was at the first look: somebody may be writing it all the while.
    private void CopyBytes(int source, int target, long size, PathBytes name)
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
    private bool LinkToFirst(FileStatus status, int toFolder, PathBytes to)
    {
        if (!_linked.TryGetValue((status.Device, status.Inode), out PathBytes[]? first)) return false;
        int folder = _top;
        foreach (PathBytes name in first[..^1])
        {
            int next = folder < 0 ? -1 : FolderCalls.Open(folder, name, OpenFlags.NoFollow | OpenFlags.Path | OpenFlags.Directory);
            if (folder != _top && folder >= 0) Files.Close(folder);
            folder = next;
        }
        if (folder < 0) return false;
        FolderCalls.Remove(toFolder, to, isFolder: false);
        Errno answer = FolderCalls.HardLink(folder, first[^1], toFolder, to);
        if (folder != _top) Files.Close(folder);
        return answer == Errno.None;
    }

    // A descriptor taken with O_PATH can't be read; the same file opened anew through it can, and it can be no other.
    private static int Reopen(int entry, int flags) => Files.Open($"/proc/self/fd/{entry}", flags);

    private static PathBytes ReadLink(int link, PathBytes name)
    {
        Span<byte> target = stackalloc byte[4096];
        int length = FolderCalls.ReadLink(link, "", target);
        return length >= 0 ? new PathBytes(target[..length]) : throw new KernelException("readlink", Syscall.Last, name.ToString());
    }

    // For no longer than the call: a thread that this one begins has its rights for ever.
    private Errno Create(Func<Errno> make)
    {
        using FileUser? user = manner.To?.Become();
        return make();
    }

    private void Replace(int toFolder, PathBytes to, Func<Errno> make)
    {
        for (int i = 0; i < Attempts; i++)
        {
            Errno answer = Create(make);
            if (answer == Errno.None) return;
            if (answer != Errno.EEXIST) throw new KernelException("create", answer, to.ToString());
            answer = FolderCalls.Remove(toFolder, to, isFolder: false);
            if (answer == Errno.EISDIR)
                throw new EngineException("CopyOverFolder", Reason.AlreadyExists, $"'{to}' is a folder there, and what is copied is none.", "Remove the folder first, or name another place.");
            if (answer == Errno.EBUSY)
                throw new EngineException("CopyOverMount", Reason.WrongState, $"'{to}' is mounted there and can't be replaced.", "Copy to where the mount comes from.");
            if (answer is not (Errno.None or Errno.ENOENT)) throw new KernelException("unlink", answer, to.ToString());
        }
        throw Raced(to, Errno.EEXIST);
    }

    private void FinishOpen(int target, FileStatus status)
    {
        (uint uid, uint gid) = manner.OwnerOf(status.Uid, status.Gid);
        Check(FolderCalls.SetOwner(target, uid, gid), "chown");
        // After the owner, whose change would take setuid away.
        Check(FolderCalls.SetMode(target, Mode(status)), "chmod");
        FolderCalls.SetTime(target, status.Modified.Seconds, status.Modified.Nanoseconds);
    }

    private void Finish(int folder, PathBytes name, FileStatus status)
    {
        (uint uid, uint gid) = manner.OwnerOf(status.Uid, status.Gid);
        Check(FolderCalls.SetOwner(folder, name, uid, gid), "chown");
        FolderCalls.SetTime(folder, name, status.Modified.Seconds, status.Modified.Nanoseconds);
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

    private static EngineException Raced(PathBytes name, Errno errno)
        => new("CopyRaced", Reason.Failed, $"'{name}' changes while it is copied ({errno}).", "Stop or pause the container, and copy again.");
}
