using System.Buffers.Binary;
using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>struct nlmsghdr of netlink(7).</summary>
/// <param name="Length">Bytes of the whole message, without what pads it.</param>
/// <param name="Type">RTM_*, NFT_MSG_* or NLMSG_*.</param>
/// <param name="Sequence">The number of the request that this answers.</param>
/// <param name="Port">Whose request it was.</param>
public readonly record struct NetlinkHeader(int Length, ushort Type, int Sequence, int Port)
{
    /// <summary>False where the bytes hold no whole message.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out NetlinkHeader header)
    {
        header = default;
        if (bytes.Length < HeaderSize) return false;
        header = new NetlinkHeader(BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));
        return header.Length >= HeaderSize && header.Length <= bytes.Length;
    }
}
