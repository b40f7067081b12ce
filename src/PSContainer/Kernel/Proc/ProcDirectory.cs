using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace PSContainer.Kernel.Proc;

/// <summary>
/// An open proc(5) file system. Everything below is opened relative to it, so that a walk over thousands of processes
/// resolves "/proc" once; a test hands in a fake tree instead.
/// </summary>
/// <remarks>
/// A process may end at any moment: every method here that takes a process answers "not there" with a negative
/// result or false, never with an exception.
/// </remarks>
public sealed unsafe class ProcDirectory : IDisposable
{
    // The same numbers on x86-64 and arm64, which O_DIRECTORY is not: hence its absence.
    private const int OpenReadOnly = 0;
    private const int OpenNonBlock = 0x800;
    private const int OpenNoControllingTerminal = 0x100;
    private const int OpenCloseOnExec = 0x80000;
    private const int OpenPath = 0x200000;

    private const int LongestName = 64;

    private int descriptor;

    private ProcDirectory(string root, int descriptor)
    {
        Root = root;
        this.descriptor = descriptor;
    }

    /// <summary>The path that it was opened by.</summary>
    public string Root { get; }

    /// <summary>Opens the file system that is mounted on <paramref name="root"/>.</summary>
    /// <exception cref="KernelException">It is not there, or may not be read.</exception>
    public static ProcDirectory Open(string root = "/proc")
    {
        var path = Encoding.UTF8.GetBytes(root + '\0');
        fixed (byte* name = path)
        {
            const int CurrentDirectory = -100;
            var result = Syscall.Invoke(SyscallNumber.Openat, CurrentDirectory, (nint)name, OpenReadOnly | OpenCloseOnExec);
            return new ProcDirectory(root, (int)Syscall.Checked(result, "openat", root));
        }
    }

    /// <summary>Every process that the file system shows, ascending. Threads are not listed.</summary>
    /// <exception cref="KernelException">The directory can't be listed.</exception>
    public int[] ReadProcessIds()
    {
        var found = new int[256];
        var count = 0;
        using var self = OpenAt("."u8, OpenReadOnly | OpenCloseOnExec);
        // 32 KB hold about a thousand entries; the array is the calling thread's own, so its stack stays small.
        var buffer = ArrayPool<byte>.Shared.Rent(32768);
        try
        {
            int length;
            while ((length = self.ReadEntries(buffer)) > 0)
            {
                foreach (var name in new DirectoryEntries(buffer.AsSpan(0, length)))
                {
                    if (!Utf8Parser.TryParse(name, out int pid, out var used) || used != name.Length)
                        continue;
                    if (count == found.Length)
                        Array.Resize(ref found, count * 2);
                    found[count++] = pid;
                }
            }

            if (length < 0)
                throw new KernelException("getdents64", Syscall.Last, Root);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Array.Resize(ref found, count);
        // proc lists in this order, but nothing promises it, and who walks them relies on it.
        Array.Sort(found);
        return found;
    }

    /// <summary>Opens a directory of a process for <see cref="ProcEntry.ReadLink"/> only, as in "ns" of 4204: the cheapest open there is.</summary>
    public ProcEntry OpenForLinks(int pid, scoped ReadOnlySpan<byte> name) => OpenIn(pid, name, OpenPath | OpenCloseOnExec);

    /// <summary>Opens a directory of a process to be listed, as in "fd" of 4204.</summary>
    public ProcEntry OpenForListing(int pid, scoped ReadOnlySpan<byte> name) => OpenIn(pid, name, OpenReadOnly | OpenCloseOnExec);

    /// <summary>
    /// Opens what a magic link leads to, as in "ns/net" or "fd/7" of 4204. The link may have changed since it was
    /// last read, so nothing that the open might find is waited for or made the controlling terminal.
    /// </summary>
    public ProcEntry OpenTarget(int pid, scoped ReadOnlySpan<byte> name)
        => OpenIn(pid, name, OpenReadOnly | OpenNonBlock | OpenNoControllingTerminal | OpenCloseOnExec);

    /// <summary>Opens a path below the file system's root, as in "4204/root/run/netns/blue".</summary>
    public ProcEntry OpenTarget(string path)
        => OpenAt(Encoding.UTF8.GetBytes(path + '\0'), OpenReadOnly | OpenNonBlock | OpenNoControllingTerminal | OpenCloseOnExec);

    /// <summary>A whole file of a process, or of "self" where <paramref name="pid"/> is 0. Null where it can't be read.</summary>
    public byte[]? ReadFile(int pid, ReadOnlySpan<byte> name)
    {
        using var file = OpenIn(pid, name, OpenReadOnly | OpenCloseOnExec);
        if (!file.IsOpen)
            return null;
        Span<byte> first = stackalloc byte[4096];
        var length = file.Read(first);
        if (length < 0)
            return null;
        if (length < first.Length && file.Read(first[length..]) == 0)
            return first[..length].ToArray();

        using var whole = new MemoryStream(first.Length * 4);
        do whole.Write(first[..length]);
        while ((length = file.Read(first)) > 0);
        return whole.ToArray();
    }

    /// <summary>The user that a process's directory belongs to: its effective one, or root while it is not dumpable.</summary>
    public bool TryGetOwner(int pid, out uint uid)
    {
        using var directory = OpenIn(pid, "."u8, OpenPath | OpenCloseOnExec);
        return directory.TryStat(out _, out uid);
    }

    public void Dispose()
    {
        var open = Interlocked.Exchange(ref descriptor, -1);
        if (open >= 0)
            Syscall.Invoke(SyscallNumber.Close, open);
    }

    private ProcEntry OpenIn(int pid, scoped ReadOnlySpan<byte> name, int flags)
    {
        if (name.Length > LongestName)
            return default;
        Span<byte> path = stackalloc byte[LongestName + 16];
        int length;
        if (pid == 0)
        {
            "self"u8.CopyTo(path);
            length = 4;
        }
        else
        {
            Utf8Formatter.TryFormat(pid, path, out length);
        }

        path[length++] = (byte)'/';
        name.CopyTo(path[length..]);
        path[length + name.Length] = 0;
        return OpenAt(path, flags);
    }

    private ProcEntry OpenAt(scoped ReadOnlySpan<byte> path, int flags)
    {
        ObjectDisposedException.ThrowIf(descriptor < 0, this);
        fixed (byte* name = path)
            return new ProcEntry((int)Syscall.Invoke(SyscallNumber.Openat, descriptor, (nint)name, flags));
    }
}
