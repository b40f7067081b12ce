using System.Buffers.Binary;
using System.Text;

namespace PSContainer.Kernel.Netlink;

/// <summary>Walks the attributes of a message that came from the kernel: a length and a type of two bytes each, then the value.</summary>
public ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private const int NestedAndByteOrder = 0xC000;

    private ReadOnlySpan<byte> _rest = bytes;

    public ushort Type { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly int Number => Value.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(Value) : Value.Length > 0 ? Value[0] : 0;
    public readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));
    public readonly NetlinkAttributes Inner => new(Value);

    /// <summary>Goes to the next attribute; false at the end, and where a length can't be.</summary>
    public bool Next()
    {
        if (_rest.Length < 4) return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < 4 || length > _rest.Length) return false;
        Type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & ~NestedAndByteOrder);
        Value = _rest[4..length];
        _rest = _rest[Math.Min(Rtnetlink.Align(length), _rest.Length)..];
        return true;
    }
}
