using System.Runtime.InteropServices;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>open(2) flags. O_DIRECTORY and O_NOFOLLOW differ between x86-64 and arm64, hence no enum.</summary>
public static class OpenFlags
{
    private static readonly bool X64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NoCtty = 0x100;
    public const int Truncate = 0x200;
    public const int Append = 0x400;
    public const int NonBlock = 0x800;
    public static readonly int Directory = X64 ? 0x10000 : 0x4000;
    public static readonly int NoFollow = X64 ? 0x20000 : 0x8000;
    public const int CloseOnExec = 0x80000;
    public const int Path = 0x200000;
}

/// <summary>How openat2(2) may resolve a path.</summary>
[Flags]
public enum Resolve : ulong
{
    None = 0,
    NoXdev = 0x01,
    NoMagiclinks = 0x02,
    NoSymlinks = 0x04,
    Beneath = 0x08,
    InRoot = 0x10,
}

/// <summary>struct open_how of openat2(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct OpenHow
{
    public ulong Flags;
    public ulong Mode;
    public Resolve Resolve;
}

/// <summary>Descriptors and paths: open(2), flock(2), pipe2(2) and their kin.</summary>
public static partial class Files
{
    public static int AtFdcwd => LibC.AT_FDCWD;
    public static int AtSymlinkNofollow => LibC.AT_SYMLINK_NOFOLLOW;
    public static int AtRemovedir => LibC.AT_REMOVEDIR;
    public const int AtEmptyPath = 0x1000;
    public const int AtRecursive = 0x8000;

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FlockCall(int descriptor, int operation);

    public static int Close(int descriptor) => LibC.close(descriptor);

    public static uint EffectiveUserId() => LibC.geteuid();

    /// <summary>
    /// Fills 0, 1 and 2 where the caller has closed them: else the next file to be opened would be written to as a stream, and
    /// handed on as one.
    /// </summary>
    public static void FillStandardStreams()
    {
        for (int stream = 0; stream < 3; stream++)
            if (LibC.fcntl(stream, LibC.F_GETFD) < 0) OpenCall("/dev/null", OpenFlags.ReadWrite, 0);
    }

    /// <summary>open(2), always close-on-exec.</summary>
    /// <exception cref="KernelException"/>
    public static int Open(string path, int flags, uint mode = 0)
    {
        int descriptor = OpenCall(path, flags | OpenFlags.CloseOnExec, mode);
        return descriptor < 0 ? throw new KernelException("open", Syscall.Last, path) : descriptor;
    }

    /// <summary>The descriptor, or -1 with the error in <see cref="Syscall.Last"/>; for what may be absent.</summary>
    public static int TryOpen(string path, int flags, uint mode = 0) => OpenCall(path, flags | OpenFlags.CloseOnExec, mode);

    /// <summary>Takes a flock(2), exclusive unless <paramref name="shared"/>, without waiting; false where another holder stands against it.</summary>
    /// <exception cref="KernelException"/>
    public static bool TryLock(int descriptor, bool shared = false)
    {
        const int sharedLock = 1, exclusive = 2, nonBlocking = 4;
        if (FlockCall(descriptor, (shared ? sharedLock : exclusive) | nonBlocking) == 0) return true;
        return Syscall.Last == Errno.EAGAIN ? false : throw new KernelException("flock", Syscall.Last);
    }

    /// <summary>Takes a flock(2), exclusive unless <paramref name="shared"/>, however long another holds it; it goes with the descriptor.</summary>
    /// <exception cref="KernelException"/>
    public static void Lock(int descriptor, bool shared = false)
    {
        const int sharedLock = 1, exclusive = 2;
        while (FlockCall(descriptor, shared ? sharedLock : exclusive) != 0)
            if (Syscall.Last != Errno.EINTR) throw new KernelException("flock", Syscall.Last);
    }

    /// <summary>pipe2(2), both ends close-on-exec.</summary>
    /// <exception cref="KernelException"/>
    public static (int Read, int Write) Pipe(int flags = 0)
        => TryPipe(flags, out int read, out int write) ? (read, write) : throw new KernelException("pipe2", Syscall.Last);

    /// <summary>The same; false with the error in <see cref="Syscall.Last"/>.</summary>
    public static unsafe bool TryPipe(int flags, out int read, out int write)
    {
        int* ends = stackalloc int[] { -1, -1 };
        bool isOpen = LibC.pipe2(ends, flags | OpenFlags.CloseOnExec) == 0;
        (read, write) = (ends[0], ends[1]);
        return isOpen;
    }

    /// <summary>read(2), taken up again after a signal; 0 at the end, -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static unsafe int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            long count;
            while ((count = LibC.read(descriptor, start, buffer.Length)) < 0 && Syscall.Last == Errno.EINTR) { }
            return (int)count;
        }
    }

    /// <summary>write(2) until all is written; false with the error in <see cref="Syscall.Last"/>.</summary>
    public static unsafe bool Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                long count = LibC.write(descriptor, start + done, bytes.Length - done);
                if (count >= 0) done += (int)count;
                else if (Syscall.Last != Errno.EINTR) return false;
            }
        }
        return true;
    }

    /// <summary>One write(2): how many bytes went, or -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public static unsafe int TryWrite(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes) return (int)LibC.write(descriptor, start, bytes.Length);
    }

    /// <summary>Back to the beginning of a file, for whoever reads it next.</summary>
    /// <exception cref="KernelException"/>
    public static void Rewind(int descriptor)
    {
        if (LibC.lseek(descriptor, 0, LibC.SEEK_SET) != 0) throw new KernelException("lseek", Syscall.Last);
    }

    /// <summary>ftruncate(2): cuts a file off at a length.</summary>
    /// <exception cref="KernelException"/>
    public static void Truncate(int descriptor, long length)
    {
        if (LibC.ftruncate(descriptor, length) != 0) throw new KernelException("ftruncate", Syscall.Last);
    }

    /// <summary>Makes reads and writes answer EAGAIN in place of waiting (O_NONBLOCK).</summary>
    public static void SetNonBlocking(int descriptor)
    {
        LibC.fcntl(descriptor, LibC.F_SETFL, OpenFlags.NonBlock);
    }

    /// <summary>access(2): there is such a file, and it may be executed.</summary>
    public static unsafe bool IsExecutable(string path)
    {
        using var text = new NativePath(path, stackalloc byte[NativePath.Short]);
        return LibC.access(text.Start, LibC.X_OK) == 0;
    }

    /// <summary>isatty(3).</summary>
    public static bool IsTerminal(int descriptor) => LibC.isatty(descriptor) == 1;

    /// <summary>mkfifo(3).</summary>
    /// <exception cref="KernelException"/>
    public static unsafe void MakeFifo(string path, uint mode)
    {
        using var text = new NativePath(path, stackalloc byte[NativePath.Short]);
        if (LibC.mkfifo(text.Start, (ushort)mode) != 0) throw new KernelException("mkfifo", Syscall.Last, path);
    }

    /// <summary>Lets a descriptor pass through execve (F_SETFD) or not.</summary>
    public static void SetCloseOnExec(int descriptor, bool value)
    {
        LibC.fcntl(descriptor, LibC.F_SETFD, value ? LibC.FD_CLOEXEC : 0);
    }

    private static unsafe int OpenCall(string path, int flags, uint mode)
    {
        using var text = new NativePath(path, stackalloc byte[NativePath.Short]);
        return LibC.open(text.Start, flags, (ushort)mode);
    }
}
