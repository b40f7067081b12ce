using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>
/// RTM_GETNSID of rtnetlink(7): the number by which the caller's net namespace knows another one, as "link-netnsid" of
/// ip-link(8) shows it. A number is given only once a link between the two exists.
/// </summary>
public static class NetNamespaceNumber
{
    /// <summary>NETNSA_NSID_NOT_ASSIGNED: this namespace has no number for the other one.</summary>
    public const int Unassigned = -1;

    // struct rtgenmsg: one byte, and what pads it.
    private const int GenericSize = 4;

    /// <summary>Asks for the number of the net namespace behind a descriptor: <see cref="Unassigned"/>, or 0 and up; null where the kernel won't say.</summary>
    public static int? Read(NetlinkSocket socket, int descriptor)
    {
        int? number = null;
        try
        {
            socket.Read(new NetlinkMessage(RTM_GETNSID, 0).Structure((byte)AF_UNSPEC).Attribute(NETNSA_FD, descriptor), (_, body) => number = Parse(body.Span));
        }
        catch (KernelException)
        {
            // A descriptor of something else, or a sandbox: there is no number to be had.
        }
        return number;
    }

    /// <summary>The number in an answer's body; null where it holds none.</summary>
    public static int? Parse(ReadOnlySpan<byte> body)
    {
        var attributes = new NetlinkAttributes(body.Length > GenericSize ? body[GenericSize..] : []);
        while (attributes.Next())
            if (attributes.Type == NETNSA_NSID && attributes.Value.Length >= sizeof(int)) return attributes.Number;
        return null;
    }
}
