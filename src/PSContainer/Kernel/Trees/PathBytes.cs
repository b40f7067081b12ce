using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PSContainer.Kernel.Trees;

/// <summary>
/// A path or a name as Linux has it (path_resolution(7)): bytes in no particular encoding. What strangers pack is kept byte by byte; text
/// would lose the names that are not UTF-8.
/// </summary>
public readonly struct PathBytes : IEquatable<PathBytes>, IComparable<PathBytes>
{
    private static readonly byte[] s_empty = [0];

    // With the zero byte that the calls want at the end.
    private readonly byte[]? _bytes;

    /// <param name="path">Any bytes but zero.</param>
    public PathBytes(ReadOnlySpan<byte> path)
    {
        _bytes = new byte[path.Length + 1];
        path.CopyTo(_bytes);
    }

    public static implicit operator PathBytes(string path) => new(Encoding.UTF8.GetBytes(path));

    private byte[] Whole => _bytes ?? s_empty;

    /// <summary>Without the zero byte.</summary>
    public ReadOnlySpan<byte> Span => Whole.AsSpan(0, Length);

    public int Length => Whole.Length - 1;

    public bool IsEmpty => Length == 0;

    /// <summary>Lets <c>fixed</c> take the path with its zero byte.</summary>
    public ref byte GetPinnableReference() => ref Whole[0];

    /// <summary>This path, a slash, and the name; the name alone where this is empty.</summary>
    public PathBytes Combine(ReadOnlySpan<byte> name)
    {
        if (IsEmpty) return new PathBytes(name);
        Span<byte> joined = new byte[Length + 1 + name.Length];
        Span.CopyTo(joined);
        joined[Length] = (byte)'/';
        name.CopyTo(joined[(Length + 1)..]);
        return new PathBytes(joined);
    }

    /// <summary>Bytewise, as LC_ALL=C sorts.</summary>
    public int CompareTo(PathBytes other) => Span.SequenceCompareTo(other.Span);

    public bool Equals(PathBytes other) => Span.SequenceEqual(other.Span);

    public override bool Equals([NotNullWhen(true)] object? other) => other is PathBytes path && Equals(path);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>For people: what is not printable UTF-8 as \xNN, so that a name can't speak to the terminal.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Length);
        ReadOnlySpan<byte> rest = Span;
        while (!rest.IsEmpty)
        {
            bool whole = Rune.DecodeFromUtf8(rest, out Rune rune, out int used) == System.Buffers.OperationStatus.Done;
            if (whole && !IsUnprintable(rune)) text.Append(rune.ToString());
            else foreach (byte raw in rest[..used]) text.Append($"\\x{raw:x2}");
            rest = rest[used..];
        }
        return text.ToString();
    }

    private static bool IsUnprintable(Rune rune) => Rune.IsControl(rune)
        || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator;
}
