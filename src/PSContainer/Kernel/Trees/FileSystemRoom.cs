using System.Runtime.InteropServices;

namespace PSContainer.Kernel.Trees;

/// <summary>fstatfs(2): what a file system holds, and what is left.</summary>
/// <param name="Size">Bytes in all.</param>
/// <param name="Free">Bytes that this caller may still use.</param>
/// <param name="Inodes">Files that it can hold; 0 where it makes them as it needs them.</param>
/// <param name="FreeInodes">Files that it can still take.</param>
public readonly record struct FileSystemRoom(long Size, long Free, long Inodes, long FreeInodes)
{
    /// <exception cref="KernelException"/>
    public static unsafe FileSystemRoom Read(int file)
    {
        // struct statfs: f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree …, 64 bits each on x86-64 and arm64.
        long* status = stackalloc long[32];
        if (Native.Fstatfs(file, status) != 0) throw new KernelException("fstatfs", Syscall.Last);
        return new FileSystemRoom(status[2] * status[1], status[4] * status[1], status[5], status[6]);
    }
}

internal static unsafe partial class Native
{
    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    public static partial int Fstatfs(int file, long* status);
}
