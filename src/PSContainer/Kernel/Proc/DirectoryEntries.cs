using System.Runtime.InteropServices;

namespace PSContainer.Kernel.Proc;

/// <summary>The names in what getdents64(2) filled, "." and ".." left out. Each name is followed by a zero byte.</summary>
public ref struct DirectoryEntries
{
    // struct linux_dirent64: ino u64, off s64, reclen u16, type u8, name[]
    private const int LengthOffset = 16;
    private const int NameOffset = 19;

    private readonly ReadOnlySpan<byte> entries;
    private int next;

    public DirectoryEntries(ReadOnlySpan<byte> entries) => this.entries = entries;

    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>The bytes that the longest entry of a directory of numbers takes; a listing that leaves more room free is complete.</summary>
    public static int NumberEntrySize => 32;

    public readonly DirectoryEntries GetEnumerator() => this;

    public bool MoveNext()
    {
        while (next + NameOffset < entries.Length)
        {
            var entry = entries[next..];
            var length = MemoryMarshal.Read<ushort>(entry[LengthOffset..]);
            if (length <= NameOffset || length > entry.Length)
                return false;
            next += length;
            var name = entry[NameOffset..length];
            var end = name.IndexOf((byte)0);
            name = end < 0 ? name : name[..end];
            if (name.Length == 0 || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                continue;
            Current = name;
            return true;
        }

        return false;
    }
}
