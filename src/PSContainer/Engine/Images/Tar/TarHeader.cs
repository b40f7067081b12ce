using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Images.Tar;

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

    /// <summary>GNU's magic is "ustar  \0" and what follows is not a prefix; v7 has none.</summary>
    private bool IsPosix => _block[MagicField].StartsWith("ustar\0"u8);

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
            if (!IsPosix) return new PathBytes(name);
            ReadOnlySpan<byte> prefix = Text(IsStar ? _block[345..476] : _block[PrefixField]);
            return prefix.IsEmpty ? new PathBytes(name) : new PathBytes(prefix).Combine(name);
        }
    }

    public PathBytes Link => new(Text(_block[LinkField]));

    public bool TryNumber(Range field, out long value) => TarNumber.TryRead(_block[field], out value);

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
