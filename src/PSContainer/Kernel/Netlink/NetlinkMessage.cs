using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>A netlink message while it is written: the header, a fixed structure, and attributes, some of them nested.</summary>
public sealed class NetlinkMessage
{
    private byte[] _bytes = new byte[256];
    private int _length = HeaderSize;

    /// <param name="type">RTM_*.</param>
    /// <param name="flags">NLM_F_* beside NLM_F_REQUEST.</param>
    public NetlinkMessage(ushort type, ushort flags)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(6), (ushort)(flags | NLM_F_REQUEST));
    }

    public ushort Type => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(4));

    /// <summary>Where the next attribute's value will stand: what a plan fills in later is found by it.</summary>
    public int NextValueOffset => _length + 4;

    public NetlinkMessage Structure<T>(T value) where T : unmanaged
    {
        MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).CopyTo(Grow(Marshal.SizeOf<T>()));
        return this;
    }

    public NetlinkMessage Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        Span<byte> room = Grow(4 + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(room, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(room[2..], type);
        value.CopyTo(room[4..]);
        return this;
    }

    public NetlinkMessage Attribute(ushort type, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        MemoryMarshal.Write(bytes, in value);
        return Attribute(type, bytes);
    }

    /// <summary>A text with its closing NUL.</summary>
    public NetlinkMessage Attribute(ushort type, string value) => Attribute(type, Encoding.UTF8.GetBytes(value + '\0'));

    /// <summary>An attribute that holds others.</summary>
    public NetlinkMessage Nested(ushort type, Action<NetlinkMessage> inner)
    {
        int start = _length;
        Attribute(type, []);
        inner(this);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    /// <summary>The whole message.</summary>
    public byte[] ToArray()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length);
        return _bytes[.._length];
    }

    private Span<byte> Grow(int size)
    {
        int start = _length;
        _length += Align(size);
        if (_length > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_length, _bytes.Length * 2));
        return _bytes.AsSpan(start, size);
    }
}
