using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Archives.Tar;

/// <summary>
/// A header block of 512 bytes: v7, POSIX ustar, star, or GNU (tar(5)). Where each field lies, and the checksum over them.
/// </summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    public const int Size = 512;

    public static readonly Range NameField = 0..100, ModeField = 100..108, UserField = 108..116, GroupField = 116..124, SizeField = 124..136, TimeField = 136..148,
        ChecksumField = 148..156, LinkField = 157..257, MagicField = 257..265, MajorField = 329..337, MinorField = 337..345, PrefixField = 345..500;

    public const int TypeOffset = 156;

    private readonly ReadOnlySpan<byte> _block = block;

    public byte Type => _block[TypeOffset];

    public bool IsZero => !_block.ContainsAnyExcept((byte)0);

    /// <summary>v7 has no magic, and no prefix.</summary>
    private bool IsPosix => _block[MagicField].StartsWith("ustar\0"u8);

    /// <summary>
    /// GNU has two times where POSIX has the prefix. Go wrote GNU's magic and a prefix until 1.8, where a number took the binary form, and so
    /// did docker until 17.05: what is no time there is a prefix.
    /// </summary>
    private bool IsGnuWithPrefix => _block[MagicField].SequenceEqual("ustar  \0"u8) && !(IsTime(345..357) && IsTime(357..369));

    private bool IsStar => _block[508..].SequenceEqual("tar\0"u8);

    public bool HasChecksum
    {
        get
        {
            if (!TarNumber.TryRead(_block[ChecksumField], out long claimed)) return false;
            // Some old writers summed signed bytes.
            (long unsigned, long signed) = Sum(_block);
            return claimed == unsigned || claimed == signed;
        }
    }

    public PathBytes Name
    {
        get
        {
            ReadOnlySpan<byte> name = Text(_block[NameField]);
            if (!IsPosix && !IsGnuWithPrefix) return new PathBytes(name);
            ReadOnlySpan<byte> prefix = Text(IsStar ? _block[345..476] : _block[PrefixField]);
            return prefix.IsEmpty ? new PathBytes(name) : new PathBytes(prefix).Combine(name);
        }
    }

    public PathBytes Link => new(Text(_block[LinkField]));

    public bool TryNumber(Range field, out long value) => TarNumber.TryRead(_block[field], out value);

    private bool IsTime(Range field) => _block[field][0] == 0 || TarNumber.TryRead(_block[field], out _);

    /// <summary>The sum of all bytes, the checksum's own counted as spaces.</summary>
    public static (long Unsigned, long Signed) Sum(ReadOnlySpan<byte> block)
    {
        long unsigned = 8 * ' ', signed = 8 * ' ';
        for (int i = 0; i < Size; i++)
        {
            if (i >= ChecksumField.Start.Value && i < ChecksumField.End.Value) continue;
            unsigned += block[i];
            signed += (sbyte)block[i];
        }
        return (unsigned, signed);
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }
}
