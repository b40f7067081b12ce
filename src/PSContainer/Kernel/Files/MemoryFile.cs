using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>Files without a path: memfd_create(2).</summary>
public static partial class MemoryFile
{
    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateCall(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlCall(int descriptor, int command, nint argument);

    /// <summary>A file in memory with these bytes, which nobody can change any more (F_ADD_SEALS); close-on-exec.</summary>
    /// <exception cref="KernelException"/>
    public static int Sealed(string name, ReadOnlySpan<byte> bytes)
    {
        const uint closeOnExec = 1, allowSealing = 2;
        const int addSeals = 1033, allSeals = 0xF;
        int file = CreateCall(name, closeOnExec | allowSealing);
        if (file < 0) throw new KernelException("memfd_create", Syscall.Last);
        if (!Files.Write(file, bytes) || FcntlCall(file, addSeals, allSeals) != 0)
        {
            Errno error = Syscall.Last;
            Files.Close(file);
            throw new KernelException("fcntl", error, "F_ADD_SEALS");
        }
        return file;
    }
}
