namespace PSContainer.Engine.Archives.Tar;

/// <summary>Numbers in a header's fields: octal digits (POSIX ustar), or, with the first bit set, base 256 (GNU and star).</summary>
internal static class TarNumber
{
    /// <summary>False where the field holds neither, or more than 63 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0) return TryReadBinary(field, out value);
        ReadOnlySpan<byte> digits = field.Trim("\0 "u8);
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3) return false;
            value = value << 3 | (uint)(digit - '0');
        }
        return true;
    }

    // Two's complement, the highest bit being the mark; the one below it is the sign.
    private static bool TryReadBinary(ReadOnlySpan<byte> field, out long value)
    {
        bool negative = (field[0] & 0x40) != 0;
        value = negative ? -1 : 0;
        for (int i = 0; i < field.Length; i++)
        {
            byte part = i == 0 ? (byte)(negative ? field[0] : field[0] & 0x7F) : field[i];
            long shifted = value << 8 | part;
            if (shifted >> 8 != value) return false;
            value = shifted;
        }
        return value < 0 == negative;
    }

    /// <summary>Octal digits and a zero byte; false where they do not fit.</summary>
    public static bool TryWrite(Span<byte> field, long value)
    {
        int digits = field.Length - 1;
        if (value < 0 || value >> (digits * 3) != 0) return false;
        for (int i = digits - 1; i >= 0; i--, value >>= 3) field[i] = (byte)('0' + (value & 7));
        field[digits] = 0;
        return true;
    }
}
