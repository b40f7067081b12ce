using System.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Hierarchy;

/// <summary>
/// Reads and writes the small text files of cgroupfs. Plain open, read, write, close: a FileStream would add fstat and
/// flock to each, and its exceptions hide the errno, which is the kernel's whole answer here.
/// </summary>
internal static unsafe class CgroupFile
{
    private const int AtFdCwd = -100, AtRemoveDir = 0x200;
    private const int WriteOnly = 1, Truncate = 0x200, CloseOnExec = 0x80000;
    private const int LongestPath = 4096;

    /// <summary>The file's text, or null where it is not there, or its controller is off (ENODEV, EOPNOTSUPP).</summary>
    public static string? TryRead(string path)
    {
        var errno = Read(path, out var text);
        return errno switch
        {
            Errno.None => text,
            Errno.ENOENT or Errno.ENODEV or Errno.EOPNOTSUPP or Errno.ENOTDIR or Errno.EINVAL => null,
            _ => throw new KernelException("read", errno, path),
        };
    }

    /// <summary>The file's text; throws <see cref="KernelException"/>.</summary>
    public static string Read(string path)
        => Read(path, out var text) is var errno and not Errno.None ? throw new KernelException("read", errno, path) : text;

    public static Errno Read(string path, out string text)
    {
        text = WholeFile.TryRead(path, out var errno) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        return errno;
    }

    /// <summary>Writes the value in one write(2), as cgroupfs demands: each write is one order to the kernel.</summary>
    public static Errno Write(string path, string value)
    {
        // O_TRUNC means nothing to cgroupfs and everything to a copy of it in plain files; O_CREAT is left out on purpose.
        var errno = Open(path, WriteOnly | Truncate | CloseOnExec, out var fd);
        if (errno != Errno.None) return errno;
        var bytes = Encoding.UTF8.GetBytes(value + "\n");
        try
        {
            while (true)
            {
                nint written;
                fixed (byte* at = bytes) written = Syscall.Invoke(SyscallNumber.Write, fd, (nint)at, bytes.Length);
                if (written >= 0) return Errno.None;
                errno = Syscall.Last;
                if (errno != Errno.EINTR) return errno;
            }
        }
        finally { _ = Syscall.Invoke(SyscallNumber.Close, fd); }
    }

    public static Errno MakeDirectory(string path)
        => WithPath(path, static at => Syscall.Invoke(SyscallNumber.Mkdirat, AtFdCwd, at, 0x1ED /* 0755 */), out _);

    public static Errno RemoveDirectory(string path)
        => WithPath(path, static at => Syscall.Invoke(SyscallNumber.Unlinkat, AtFdCwd, at, AtRemoveDir), out _);

    public static bool Exists(string path)
        => WithPath(path, static at => Syscall.Invoke(SyscallNumber.Faccessat, AtFdCwd, at, 0), out _) == Errno.None;

    /// <summary>A descriptor of the directory itself, for clone3 and bpf(2).</summary>
    public static int OpenDirectory(string path)
    {
        var errno = Open(path, CloseOnExec, out var fd);
        return errno == Errno.None ? (int)fd : throw new KernelException("open", errno, path);
    }

    public static void Close(int fd) => _ = Syscall.Invoke(SyscallNumber.Close, fd);

    private static Errno Open(string path, int flags, out nint fd)
    {
        while (true)
        {
            var errno = flags == CloseOnExec
                ? WithPath(path, static at => Syscall.Invoke(SyscallNumber.Openat, AtFdCwd, at, CloseOnExec), out fd)
                : WithPath(path, static at => Syscall.Invoke(SyscallNumber.Openat, AtFdCwd, at, WriteOnly | Truncate | CloseOnExec), out fd);
            if (errno != Errno.EINTR) return errno;
        }
    }

    private static Errno WithPath(string path, Func<nint, nint> call, out nint result)
    {
        result = -1;
        if (path.Contains('\0')) return Errno.EINVAL;
        Span<byte> bytes = stackalloc byte[LongestPath];
        if (!Encoding.UTF8.TryGetBytes(path, bytes[..^1], out var length)) return Errno.ENAMETOOLONG;
        bytes[length] = 0;
        fixed (byte* at = bytes) result = call((nint)at);
        return result < 0 ? Syscall.Last : Errno.None;
    }
}
