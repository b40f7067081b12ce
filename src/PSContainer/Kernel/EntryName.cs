using System.Text;

namespace PSContainer.Kernel;

/// <summary>
/// A name or path as the kernel has it: bytes, which need not be UTF-8. What is read from a directory goes back to the
/// kernel as it came.
/// </summary>
public readonly struct EntryName : IEquatable<EntryName>
{
    // With the closing NUL, ready for a call.
    private readonly byte[] _bytes;

    public EntryName(ReadOnlySpan<byte> name)
    {
        _bytes = new byte[name.Length + 1];
        name.CopyTo(_bytes);
    }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _bytes.Length - 1);

    /// <summary>The bytes and a NUL behind them.</summary>
    internal ReadOnlySpan<byte> Terminated => _bytes;

    public static implicit operator EntryName(string name) => new(Encoding.UTF8.GetBytes(name));

    public bool Equals(EntryName other) => Bytes.SequenceEqual(other.Bytes);
    public override bool Equals(object? other) => other is EntryName name && Equals(name);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>As text, with U+FFFD for what is not UTF-8.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}
