using PSContainer.Kernel.Trees;

namespace PSContainer.Kernel;

/// <summary>
/// Small files of ours, whole. System.IO.File makes nine calls where three do; and since it cuts off even a file that it has just made,
/// ext4 takes that for one that is replaced, and starts writing to the disk when it is closed (auto_da_alloc in ext4(5)).
/// </summary>
public static class WholeFile
{
    private const uint UsualMode = 0x1B6;

    /// <summary>null with the error.</summary>
    public static byte[]? TryRead(string path, out Errno error)
    {
        error = Errno.None;
        int file = Files.TryOpen(path, OpenFlags.ReadOnly), length = 0, count;
        if (file < 0)
        {
            error = Syscall.Last;
            return null;
        }
        byte[] bytes = GC.AllocateUninitializedArray<byte>(4096);
        while ((count = Files.Read(file, bytes.AsSpan(length))) > 0)
            if ((length += count) == bytes.Length) Array.Resize(ref bytes, length * 4);
        if (count < 0) error = Syscall.Last;
        Files.Close(file);
        return count < 0 ? null : bytes[..length];
    }

    /// <summary>Writes a file, made where there is none, emptied before where there is one.</summary>
    /// <param name="mode">Exactly so, whatever the umask; without it a new file gets what the umask leaves of 0666.</param>
    /// <exception cref="KernelException"/>
    public static void Write(string path, ReadOnlySpan<byte> bytes, uint? mode = null)
    {
        int file = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, mode ?? UsualMode);
        Errno error = mode is { } exact ? FolderCalls.SetMode(file, exact) : Errno.None;
        if (error == Errno.None && !Files.Write(file, bytes)) error = Syscall.Last;
        Files.Close(file);
        if (error != Errno.None) throw new KernelException("write", error, path);
    }

    /// <summary>Writes a file under another name and renames it, so that nobody ever reads a half.</summary>
    /// <exception cref="KernelException">Then what was there is there still.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = path + ".new";
        try
        {
            Write(temporary, bytes);
            if (FolderCalls.Rename(Files.AtFdcwd, temporary, Files.AtFdcwd, path) is var error and not Errno.None) throw new KernelException("rename", error, path);
        }
        catch
        {
            FolderCalls.Remove(Files.AtFdcwd, temporary);
            throw;
        }
    }
}
