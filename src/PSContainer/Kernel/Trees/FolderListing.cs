using System.Buffers;
using PSContainer.Kernel.Proc;

namespace PSContainer.Kernel.Trees;

/// <summary>The names in an open folder, as bytes.</summary>
public static unsafe class FolderListing
{
    /// <summary>getdents64(2) to the end, without "." and "..", in the order of the file system. A folder that was removed after it was opened has no names.</summary>
    /// <param name="folder">Open for reading, and not read yet.</param>
    /// <exception cref="KernelException"/>
    public static List<PathBytes> Read(int folder)
    {
        var names = new List<PathBytes>();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(32768);
        try
        {
            while (true)
            {
                nint length;
                fixed (byte* entries = buffer) length = Syscall.Invoke(SyscallNumber.Getdents64, folder, (nint)entries, buffer.Length);
                // POSIX: reading a folder that has been removed finds its end, as readdir(3) does.
                if (length == 0 || (length < 0 && Syscall.Last == Errno.ENOENT)) return names;
                if (length < 0) throw new KernelException("getdents64", Syscall.Last);
                foreach (ReadOnlySpan<byte> name in new DirectoryEntries(buffer.AsSpan(0, (int)length))) names.Add(new PathBytes(name));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
