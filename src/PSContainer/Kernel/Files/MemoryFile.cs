using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>Files without a path: memfd_create(2).</summary>
public static class MemoryFile
{
    /// <summary>A file in memory with these bytes, which nobody can change any more (F_ADD_SEALS); close-on-exec.</summary>
    /// <exception cref="KernelException"/>
    public static unsafe int Sealed(string name, ReadOnlySpan<byte> bytes)
    {
        using var text = new NativePath(name, stackalloc byte[NativePath.Short]);
        int file = LibC.memfd_create(text.Start, LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING);
        if (file < 0) throw new KernelException("memfd_create", Syscall.Last);
        if (!Files.Write(file, bytes) || LibC.fcntl(file, LibC.F_ADD_SEALS, LibC.F_SEAL_SEAL | LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_WRITE) != 0)
        {
            Errno error = Syscall.Last;
            Files.Close(file);
            throw new KernelException("fcntl", error, "F_ADD_SEALS");
        }
        return file;
    }
}
