namespace PSContainer.Kernel.Trees;

/// <summary>fstatfs(2): which file system an open file lies on, by its magic number (linux/magic.h).</summary>
public static unsafe class FileSystemType
{
    /// <exception cref="KernelException"/>
    public static long Of(int file)
    {
        // struct statfs begins with f_type.
        long* status = stackalloc long[32];
        return Native.Fstatfs(file, status) == 0 ? status[0] : throw new KernelException("fstatfs", Syscall.Last);
    }
}
