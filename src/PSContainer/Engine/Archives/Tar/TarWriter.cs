using System.Globalization;
using System.Text;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Archives.Tar;

/// <summary>
/// Writes an archive to a stream: ustar, with a pax header where a field does not fit into one. Nothing of the writer's time, order or
/// machine goes in, so that the same entries give the same bytes.
/// </summary>
public sealed class TarWriter(Stream target)
{
    private const int Largest = 1 << 20;

    private static readonly byte[] s_zeros = new byte[TarHeader.Size];

    private long _left, _padding;

    /// <summary>Bytes written.</summary>
    public long Position { get; private set; }

    /// <summary>Begins an entry. Its <see cref="TarEntry.Size"/> bytes of content have to follow, by <see cref="WriteContent"/>, before the next one.</summary>
    /// <exception cref="InvalidOperationException">The last entry's content is not whole.</exception>
    public void Write(TarEntry entry)
    {
        CheckWhole();
        Span<byte> block = stackalloc byte[TarHeader.Size];
        using var records = new MemoryStream();
        Fill(block, entry, records);
        if (records.Length > 0) WriteExtension(entry.Name, records);
        Put(block);
        (_left, _padding) = (entry.Size, -entry.Size & (TarHeader.Size - 1));
    }

    /// <summary>The next part of the content.</summary>
    /// <exception cref="InvalidOperationException">It is more than the entry has said.</exception>
    public void WriteContent(ReadOnlySpan<byte> part)
    {
        if (part.Length > _left) throw new InvalidOperationException("More content than the entry has.");
        Put(part);
        _left -= part.Length;
        if (_left != 0) return;
        Put(s_zeros.AsSpan(0, (int)_padding));
        _padding = 0;
    }

    /// <summary>Marks the end, by two empty blocks. The stream stays open.</summary>
    public void Finish()
    {
        CheckWhole();
        Put(s_zeros);
        Put(s_zeros);
    }

    // The records come in the order of their keys.
    private static void Fill(Span<byte> block, TarEntry entry, MemoryStream records)
    {
        block.Clear();
        block[TarHeader.TypeOffset] = (byte)entry.Type;
        "ustar\000"u8.CopyTo(block[TarHeader.MagicField]);
        TarNumber.TryWrite(block[TarHeader.ModeField], entry.Mode);
        TarNumber.TryWrite(block[TarHeader.MajorField], entry.Major);
        TarNumber.TryWrite(block[TarHeader.MinorField], entry.Minor);

        foreach (ExtendedAttribute attribute in entry.Attributes.OrderBy(attribute => attribute.Name))
            PaxRecords.Append(records, [.. PaxRecords.AttributePrefix, .. attribute.Name.Span], attribute.Value);
        Number(block[TarHeader.GroupField], "gid"u8, entry.Group, records);
        if (entry.Link.Length <= 100) entry.Link.Span.CopyTo(block[TarHeader.LinkField]);
        else PaxRecords.Append(records, "linkpath"u8, entry.Link.Span);
        if (entry.ModifiedNanoseconds != 0 || !TarNumber.TryWrite(block[TarHeader.TimeField], entry.Modified)) Time(block[TarHeader.TimeField], entry, records);
        Name(block, entry.Name, records);
        Number(block[TarHeader.SizeField], "size"u8, entry.Size, records);
        Number(block[TarHeader.UserField], "uid"u8, entry.User, records);
        Close(block);
    }

    private static void Name(Span<byte> block, PathBytes name, MemoryStream records)
    {
        ReadOnlySpan<byte> whole = name.Span;
        if (whole.Length <= 100)
        {
            whole.CopyTo(block[TarHeader.NameField]);
            return;
        }
        // At a slash that leaves at most 155 bytes before and 1 to 100 behind it.
        int earliest = Math.Max(whole.Length - 101, 1);
        int slash = earliest <= 155 ? whole[earliest..Math.Min(156, whole.Length - 1)].IndexOf((byte)'/') : -1;
        if (slash < 0)
        {
            PaxRecords.Append(records, "path"u8, whole);
            whole[..100].CopyTo(block[TarHeader.NameField]);
            return;
        }
        whole[..(earliest + slash)].CopyTo(block[TarHeader.PrefixField]);
        whole[(earliest + slash + 1)..].CopyTo(block[TarHeader.NameField]);
    }

    private static void Number(Span<byte> field, ReadOnlySpan<byte> key, long value, MemoryStream records)
    {
        if (TarNumber.TryWrite(field, value)) return;
        TarNumber.TryWrite(field, 0);
        PaxRecords.Append(records, key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
    }

    private static void Time(Span<byte> field, TarEntry entry, MemoryStream records)
    {
        TarNumber.TryWrite(field, Math.Max(0, entry.Modified) & 0x1FFFFFFFF);
        long seconds = entry.Modified;
        uint nanoseconds = entry.ModifiedNanoseconds;
        string sign = "";
        if (seconds < 0)
        {
            sign = "-";
            (seconds, nanoseconds) = nanoseconds == 0 ? (-seconds, 0) : (-(seconds + 1), 1_000_000_000 - nanoseconds);
        }
        string fraction = nanoseconds == 0 ? "" : "." + nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        PaxRecords.Append(records, "mtime"u8, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{sign}{seconds}{fraction}")));
    }

    private void WriteExtension(PathBytes name, MemoryStream records)
    {
        if (records.Length > Largest) throw new EngineException("ArchiveNotSupported", Reason.NotSupported, $"The extended attributes of '{name}' are larger than {Largest} bytes.");
        ReadOnlySpan<byte> leaf = name.Span.TrimEnd((byte)'/');
        leaf = leaf[(leaf.LastIndexOf((byte)'/') + 1)..];
        Span<byte> block = stackalloc byte[TarHeader.Size];
        using var none = new MemoryStream();
        Fill(block, new TarEntry { Type = (TarType)'x', Name = new PathBytes([.. "PaxHeaders.0/"u8, .. leaf[..Math.Min(leaf.Length, 87)]]), Mode = 0x1A4, Size = records.Length }, none);
        Put(block);
        Put(records.GetBuffer().AsSpan(0, (int)records.Length));
        Put(s_zeros.AsSpan(0, (int)(-records.Length & (TarHeader.Size - 1))));
    }

    private static void Close(Span<byte> block)
    {
        Span<byte> field = block[TarHeader.ChecksumField];
        TarNumber.TryWrite(field[..7], TarHeader.Sum(block).Unsigned);
        field[7] = (byte)' ';
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        target.Write(bytes);
        Position += bytes.Length;
    }

    private void CheckWhole()
    {
        if (_left != 0) throw new InvalidOperationException("The last entry's content is not whole.");
    }
}
