using System.Runtime.InteropServices;

namespace PSContainer.Kernel.Trees;

/// <summary>An extended attribute (xattr(7)); its value is bytes.</summary>
public readonly record struct ExtendedAttribute(PathBytes Name, byte[] Value);

/// <summary>Extended attributes of an open file or folder.</summary>
public static unsafe partial class ExtendedAttributes
{
    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true)]
    private static partial int SetCall(int file, byte* name, byte* value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true)]
    private static partial nint GetCall(int file, byte* name, byte* value, nuint size);

    [LibraryImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    private static partial nint ListCall(int file, byte* names, nuint size);

    /// <summary>fsetxattr(2).</summary>
    public static Errno Set(int file, in PathBytes name, ReadOnlySpan<byte> value)
    {
        fixed (byte* key = name, bytes = value) return SetCall(file, key, bytes, (nuint)value.Length, 0) == 0 ? Errno.None : Syscall.Last;
    }

    /// <summary>fgetxattr(2); null where there is none.</summary>
    /// <exception cref="KernelException"/>
    public static byte[]? Get(int file, in PathBytes name)
    {
        Span<byte> first = stackalloc byte[256];
        fixed (byte* key = name, bytes = first)
        {
            nint size = GetCall(file, key, bytes, (nuint)first.Length);
            if (size >= 0) return first[..(int)size].ToArray();
            if (Syscall.Last is Errno.ENODATA or Errno.EOPNOTSUPP) return null;
            if (Syscall.Last != Errno.ERANGE) throw new KernelException("fgetxattr", Syscall.Last, name.ToString());
            // The kernel's own bound on a value.
            var whole = new byte[65536];
            fixed (byte* large = whole) size = GetCall(file, key, large, (nuint)whole.Length);
            return size >= 0 ? whole[..(int)size] : throw new KernelException("fgetxattr", Syscall.Last, name.ToString());
        }
    }

    /// <summary>flistxattr(2): the names, sorted bytewise; none where the file system has no attributes.</summary>
    /// <exception cref="KernelException"/>
    public static IReadOnlyList<PathBytes> Names(int file)
    {
        // The kernel's own bound on a list.
        Span<byte> list = stackalloc byte[65536];
        nint size;
        fixed (byte* names = list) size = ListCall(file, names, (nuint)list.Length);
        if (size == 0 || size < 0 && Syscall.Last == Errno.EOPNOTSUPP) return [];
        if (size < 0) throw new KernelException("flistxattr", Syscall.Last);
        var found = new List<PathBytes>();
        for (ReadOnlySpan<byte> rest = list[..(int)size]; !rest.IsEmpty;)
        {
            int end = rest.IndexOf((byte)0);
            found.Add(new PathBytes(rest[..end]));
            rest = rest[(end + 1)..];
        }
        found.Sort();
        return found;
    }
}
