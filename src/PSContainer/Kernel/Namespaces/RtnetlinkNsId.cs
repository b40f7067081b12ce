using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>
/// RTM_GETNSID of rtnetlink(7): the number by which the caller's net namespace knows another one, as "link-netnsid" of
/// ip-link(8) shows it. A number is given only once a link between the two exists.
/// </summary>
public sealed unsafe class RtnetlinkNsId : IDisposable
{
    /// <summary>NETNSA_NSID_NOT_ASSIGNED: this namespace has no number for the other one.</summary>
    public const int Unassigned = -1;

    private const int AddressFamilyNetlink = 16;
    private const int SocketRawCloseOnExec = 3 | 0x80000;
    private const int NetlinkRoute = 0;

    private const ushort RequestFlag = 1;
    private const ushort TypeNewNsId = 88;
    private const ushort TypeGetNsId = 90;
    private const ushort AttributeNsId = 1;
    private const ushort AttributeFd = 3;

    // nlmsghdr (16), then rtgenmsg (1, padded to 4), then the attributes, each a length and a type of two bytes.
    private const int AttributesOffset = 20;
    private const int RequestSize = AttributesOffset + 8;

    private int socket;

    private RtnetlinkNsId(int socket) => this.socket = socket;

    /// <summary>Opens the socket; null on a kernel or in a sandbox that has no rtnetlink.</summary>
    public static RtnetlinkNsId? TryOpen()
    {
        var result = (int)Syscall.Invoke(SyscallNumber.Socket, AddressFamilyNetlink, SocketRawCloseOnExec, NetlinkRoute);
        return result < 0 ? null : new RtnetlinkNsId(result);
    }

    /// <summary>Asks for the number of the net namespace behind a descriptor: <see cref="Unassigned"/>, or 0 and up; null where the kernel won't say.</summary>
    public int? Read(int descriptor)
    {
        Span<byte> message = stackalloc byte[256];
        var request = message[..RequestSize];
        request.Clear();
        Write(request, 0, RequestSize);
        WriteShort(request, 4, TypeGetNsId);
        WriteShort(request, 6, RequestFlag);
        WriteShort(request, AttributesOffset, 8);
        WriteShort(request, AttributesOffset + 2, AttributeFd);
        Write(request, AttributesOffset + 4, descriptor);

        fixed (byte* bytes = message)
        {
            if (Syscall.Invoke(SyscallNumber.Sendto, socket, (nint)bytes, RequestSize) != RequestSize)
                return null;
            var length = (int)Syscall.Invoke(SyscallNumber.Recvfrom, socket, (nint)bytes, message.Length);
            return length < 0 ? null : Parse(message[..length]);
        }
    }

    /// <summary>The number in an answer (RTM_NEWNSID); null for an NLMSG_ERROR.</summary>
    public static int? Parse(ReadOnlySpan<byte> answer)
    {
        if (answer.Length < AttributesOffset || MemoryMarshal.Read<ushort>(answer[4..]) != TypeNewNsId)
            return null;
        var attributes = answer[AttributesOffset..];
        while (attributes.Length >= 8)
        {
            var length = MemoryMarshal.Read<ushort>(attributes);
            if (MemoryMarshal.Read<ushort>(attributes[2..]) == AttributeNsId)
                return MemoryMarshal.Read<int>(attributes[4..]);
            var padded = (length + 3) & ~3;
            if (length < 4 || padded > attributes.Length)
                return null;
            attributes = attributes[padded..];
        }

        return null;
    }

    public void Dispose()
    {
        var open = Interlocked.Exchange(ref socket, -1);
        if (open >= 0)
            Syscall.Invoke(SyscallNumber.Close, open);
    }

    private static void Write(Span<byte> message, int offset, int value) => MemoryMarshal.Write(message[offset..], in value);

    private static void WriteShort(Span<byte> message, int offset, ushort value) => MemoryMarshal.Write(message[offset..], in value);
}
