using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Archives.Tar;

/// <summary>
/// A pax extended header (POSIX pax, "pax Extended Header"): records "LENGTH KEY=VALUE\n", which replace or add to what the next
/// entry's header says. Keys that are not known here are passed over, as the standard wants.
/// </summary>
/// <example>30 mtime=1700000000.123456789\n</example>
internal sealed class PaxRecords
{
    /// <summary>Prefix of the keys of extended attributes, star's own, which everybody took over.</summary>
    public static ReadOnlySpan<byte> AttributePrefix => "SCHILY.xattr."u8;

    public PathBytes? Name { get; private set; }
    public PathBytes? Link { get; private set; }
    public long? Size { get; private set; }
    public long? User { get; private set; }
    public long? Group { get; private set; }
    public (long Seconds, uint Nanoseconds)? Modified { get; private set; }
    public bool IsSparse { get; private set; }
    public List<ExtendedAttribute> Attributes { get; } = [];

    /// <summary>Null where a record is malformed.</summary>
    public static PaxRecords? TryParse(ReadOnlySpan<byte> text)
    {
        var records = new PaxRecords();
        while (!text.IsEmpty)
        {
            if (!Utf8Parser.TryParse(text, out int length, out int digits) || text[0] == '-' || digits >= text.Length || text[digits] != ' ') return null;
            if (length <= digits + 1 || length > text.Length || text[length - 1] != '\n') return null;
            ReadOnlySpan<byte> record = text[(digits + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0 || !records.TryTake(record[..equals], record[(equals + 1)..])) return null;
            text = text[length..];
        }
        return records;
    }

    // An empty value takes an earlier one back.
    private bool TryTake(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        switch (Encoding.Latin1.GetString(key))
        {
            case "path":
                Name = value.IsEmpty ? default(PathBytes?) : new PathBytes(value);
                return !value.Contains((byte)0);
            case "linkpath":
                Link = value.IsEmpty ? default(PathBytes?) : new PathBytes(value);
                return !value.Contains((byte)0);
            case "size":
                return TryNumber(value, number => Size = number);
            case "uid":
                return TryNumber(value, number => User = number);
            case "gid":
                return TryNumber(value, number => Group = number);
            case "mtime":
                return TryTime(value, time => Modified = time);
        }
        if (key.StartsWith("GNU.sparse."u8)) IsSparse = true;
        return !key.StartsWith(AttributePrefix) || TryAttribute(key[AttributePrefix.Length..], value);
    }

    private bool TryAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty || name.Contains((byte)0)) return false;
        var attribute = new PathBytes(name);
        Attributes.RemoveAll(other => other.Name.Equals(attribute));
        Attributes.Add(new ExtendedAttribute(attribute, value.ToArray()));
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> value, Action<long?> take)
    {
        bool whole = Utf8Parser.TryParse(value, out long number, out int used) && used == value.Length;
        take(whole ? number : null);
        return whole || value.IsEmpty;
    }

    /// <summary>Seconds with a fraction, which counts downwards for a negative time: -1.25 is 2 seconds before 1970 and 750 000 000 ns.</summary>
    private static bool TryTime(ReadOnlySpan<byte> value, Action<(long Seconds, uint Nanoseconds)?> take)
    {
        take(null);
        if (value.IsEmpty) return true;
        int point = value.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? value : value[..point], fraction = point < 0 ? default : value[(point + 1)..];
        if (!Utf8Parser.TryParse(whole, out long seconds, out int used) || used != whole.Length || seconds == long.MinValue) return false;
        uint nanoseconds = 0;
        for (int i = 0; i < Math.Max(9, fraction.Length); i++)
        {
            if (i < fraction.Length && fraction[i] is < (byte)'0' or > (byte)'9') return false;
            if (i < 9) nanoseconds = nanoseconds * 10 + (i < fraction.Length ? (uint)(fraction[i] - '0') : 0);
        }
        bool negative = whole[0] == '-';
        take(negative && nanoseconds > 0 ? (seconds - 1, 1_000_000_000 - nanoseconds) : (seconds, nanoseconds));
        return true;
    }

    /// <summary>One record; its length counts its own digits.</summary>
    public static void Append(MemoryStream records, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest + Digits(rest);
        if (Digits(length) != Digits(rest)) length = rest + Digits(length);
        records.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        records.WriteByte((byte)' ');
        records.Write(key);
        records.WriteByte((byte)'=');
        records.Write(value);
        records.WriteByte((byte)'\n');

        static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
    }
}
