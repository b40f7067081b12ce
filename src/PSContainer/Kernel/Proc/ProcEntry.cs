using System.Runtime.CompilerServices;

namespace PSContainer.Kernel.Proc;

/// <summary>
/// One open file or directory of a process. It lives on the stack, because a walk opens two for each process; dispose
/// of it, and it is closed.
/// </summary>
/// <remarks>
/// None of these calls suppresses the GC transition: looking into another process takes its exec lock, on which
/// the call can sleep, and a thread that sleeps outside of a transition holds up every collection.
/// </remarks>
public readonly unsafe ref struct ProcEntry
{
    private const int AtEmptyPath = 0x1000;
    private const int AtStatxDontSync = 0x4000;
    private const int StatxUid = 0x8;
    private const int StatxIno = 0x100;

    // One more than the descriptor, so that the default value is a closed one and not standard input.
    private readonly int descriptorPlusOne;

    internal ProcEntry(int descriptor) => descriptorPlusOne = descriptor + 1;

    /// <summary>False where the process ended, the file is missing, or may not be looked at.</summary>
    public bool IsOpen => descriptorPlusOne > 0;

    /// <summary>The descriptor, for the calls of another family; negative where it is not open.</summary>
    public int Descriptor => descriptorPlusOne - 1;

    /// <summary>
    /// readlinkat(2). The name has to be followed by a zero byte, as a u8 literal and a name from getdents64(2) are.
    /// </summary>
    /// <returns>The link's length in bytes, or -1 with the error in <see cref="Syscall.Last"/>.</returns>
    public int ReadLink(ReadOnlySpan<byte> name, Span<byte> target)
    {
        fixed (byte* path = name, buffer = target)
            return (int)Syscall.Invoke(SyscallNumber.Readlinkat, Descriptor, (nint)path, (nint)buffer, target.Length);
    }

    /// <summary>getdents64(2): the bytes filled, 0 at the end, -1 on an error. Read them with <see cref="DirectoryEntries"/>.</summary>
    public int ReadEntries(Span<byte> entries)
    {
        fixed (byte* buffer = entries)
            return (int)Syscall.Invoke(SyscallNumber.Getdents64, Descriptor, (nint)buffer, entries.Length);
    }

    /// <summary>read(2): the bytes read, 0 at the end, -1 on an error.</summary>
    public int Read(Span<byte> bytes)
    {
        fixed (byte* buffer = bytes)
            return (int)Syscall.Invoke(SyscallNumber.Read, Descriptor, (nint)buffer, bytes.Length);
    }

    /// <summary>statx(2), whose layout, other than stat(2)'s, is the same on every architecture.</summary>
    public bool TryStat(out ulong inode, out uint uid)
    {
        var status = stackalloc byte[256];
        byte noPath = 0;
        var result = Syscall.Invoke(
            SyscallNumber.Statx, Descriptor, (nint)(&noPath), AtEmptyPath, StatxUid | StatxIno, (nint)status);
        inode = result < 0 ? 0 : Unsafe.ReadUnaligned<ulong>(status + 32);
        uid = result < 0 ? 0 : Unsafe.ReadUnaligned<uint>(status + 20);
        return result == 0;
    }

    /// <summary>
    /// statx(2) of what a name in this directory leads to: the file system's device, and the inode in it. A network
    /// file system is not asked (AT_STATX_DONT_SYNC): a server that is away would hold the caller up. The name has to
    /// be followed by a zero byte.
    /// </summary>
    public bool TryStatTarget(ReadOnlySpan<byte> name, out ulong device, out ulong inode)
    {
        var status = stackalloc byte[256];
        nint result;
        fixed (byte* path = name)
            result = Syscall.Invoke(SyscallNumber.Statx, Descriptor, (nint)path, AtStatxDontSync, StatxIno, (nint)status);
        device = result < 0 ? 0 : Unsafe.ReadUnaligned<ulong>(status + 136);
        inode = result < 0 ? 0 : Unsafe.ReadUnaligned<ulong>(status + 32);
        return result == 0;
    }

    public void Dispose()
    {
        if (IsOpen)
            Syscall.Invoke(SyscallNumber.Close, Descriptor);
    }
}
