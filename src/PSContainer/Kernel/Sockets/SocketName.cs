using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)): an address and a port.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct SocketName : IEquatable<SocketName>
{
    public const int Longest = 28;
    private const ushort Inet = 2, Inet6 = 10;

    private fixed byte _bytes[Longest];

    /// <summary>How much of it the kernel reads.</summary>
    public readonly int Length => Family == Inet ? 16 : Longest;

    public SocketName(IPAddress address, int port)
    {
        bool is4 = address.AddressFamily == AddressFamily.InterNetwork;
        Span<byte> all = Bytes;
        MemoryMarshal.Write(all, is4 ? Inet : Inet6);
        BinaryPrimitives.WriteUInt16BigEndian(all[2..], (ushort)port);
        address.TryWriteBytes(all[(is4 ? 4 : 8)..], out _);
        if (!is4) MemoryMarshal.Write(all[24..], (uint)address.ScopeId);
    }

    /// <summary>The structure itself.</summary>
    public Span<byte> Bytes => MemoryMarshal.CreateSpan(ref _bytes[0], Longest);

    public readonly bool IsIPv6 => Family == Inet6;

    public readonly int Port => _bytes[2] << 8 | _bytes[3];

    public readonly bool Equals(SocketName other)
    {
        fixed (byte* mine = _bytes) return new ReadOnlySpan<byte>(mine, Longest).SequenceEqual(new ReadOnlySpan<byte>(other._bytes, Longest));
    }

    public override readonly bool Equals(object? other) => other is SocketName name && Equals(name);

    public override readonly int GetHashCode()
    {
        var hash = new HashCode();
        fixed (byte* mine = _bytes) hash.AddBytes(new ReadOnlySpan<byte>(mine, Longest));
        return hash.ToHashCode();
    }

    private readonly ushort Family => (ushort)(_bytes[0] | _bytes[1] << 8);
}
