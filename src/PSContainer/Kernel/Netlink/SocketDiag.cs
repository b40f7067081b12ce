using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSContainer.Kernel.Netlink;

/// <summary>Numbers of sock_diag(7), by their C names. tests/unit checks them against the headers.</summary>
public static class SocketDiagNumbers
{
    public const int NETLINK_SOCK_DIAG = 4;
    public const ushort SOCK_DIAG_BY_FAMILY = 20;
    public const byte IPPROTO_TCP = 6;
    public const int TCP_LISTEN = 10;
}

/// <summary>struct inet_diag_req_v2 of sock_diag(7).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct InetDiagRequest
{
    public byte Family, Protocol, Extensions, Padding;
    /// <summary>A bit a state.</summary>
    public uint States;
    /// <summary>struct inet_diag_sockid: whose fields are all "any".</summary>
    public SocketId Id;

    [InlineArray(48)]
    public struct SocketId
    {
        private byte _first;
    }
}

/// <summary>
/// The TCP ports that are listened on in the caller's net namespace. The kernel walks its table of listeners alone; for /proc/net/tcp it walks that of all
/// connections of this machine as well, which takes milliseconds even where there are none.
/// </summary>
public static class SocketDiag
{
    // struct inet_diag_msg: family, state, timer, retrans; then the id, which begins with the source port in the network's order.
    private const int PortOffset = 4;

    /// <summary>Ascending; null where this kernel has no inet_diag.</summary>
    public static SortedSet<int>? ListeningPorts()
    {
        try
        {
            using NetlinkSocket socket = NetlinkSocket.Open(SocketDiagNumbers.NETLINK_SOCK_DIAG);
            var ports = new SortedSet<int>();
            foreach (int family in (ReadOnlySpan<int>)[Rtnetlink.AF_INET, Rtnetlink.AF_INET6])
            {
                var wanted = new InetDiagRequest { Family = (byte)family, Protocol = SocketDiagNumbers.IPPROTO_TCP, States = 1u << SocketDiagNumbers.TCP_LISTEN };
                // Where IPv6 is off, nobody listens by it.
                socket.TryRead(new NetlinkMessage(SocketDiagNumbers.SOCK_DIAG_BY_FAMILY, Rtnetlink.NLM_F_DUMP).Structure(wanted), family == Rtnetlink.AF_INET6 ? Errno.ENOENT : Errno.None, (_, body) =>
                {
                    if (body.Length >= PortOffset + 2) ports.Add(BinaryPrimitives.ReadUInt16BigEndian(body.Span[PortOffset..]));
                });
            }
            return ports;
        }
        catch (KernelException)
        {
            return null;
        }
    }
}
