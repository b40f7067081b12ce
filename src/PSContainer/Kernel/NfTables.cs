using System.Text;

namespace PSContainer.Kernel;

/// <summary>Questions to nf_tables over netlink (linux/netfilter/nf_tables.h); what changes it is nft(8)'s.</summary>
public static unsafe class NfTables
{
    private const int Netlink = 16, RawSocket = 3, NetfilterProtocol = 12, Header = 16, FamilyHeader = 4;

    /// <summary>There is a table of this name in the family "inet".</summary>
    /// <exception cref="KernelException">EPERM without CAP_NET_ADMIN, EPROTONOSUPPORT or EOPNOTSUPP where the kernel has no nf_tables.</exception>
    public static bool HasTable(string name)
    {
        const int getTable = 10 << 8 | 1, request = 1, tableName = 1, inet = 1, error = 2;
        int length = Encoding.ASCII.GetByteCount(name) + 1, attribute = 4 + length;
        Span<byte> message = stackalloc byte[(Header + FamilyHeader + attribute + 3) & ~3];
        message.Clear();
        fixed (byte* start = message)
        {
            *(int*)start = message.Length;
            *(ushort*)(start + 4) = getTable;
            *(ushort*)(start + 6) = request;
            start[Header] = inet;
            *(ushort*)(start + Header + FamilyHeader) = (ushort)attribute;
            *(ushort*)(start + Header + FamilyHeader + 2) = tableName;
        }
        Encoding.ASCII.GetBytes(name, message[(Header + FamilyHeader + 4)..]);

        Span<byte> answer = stackalloc byte[1024];
        int socket = (int)Syscall.Checked(Syscall.Invoke(SyscallNumber.Socket, Netlink, RawSocket | OpenFlags.CloseOnExec, NetfilterProtocol), "socket", "NETLINK_NETFILTER");
        try
        {
            fixed (byte* start = message)
                Syscall.Checked(Syscall.Invoke(SyscallNumber.Sendto, socket, (nint)start, message.Length), "sendto", "NETLINK_NETFILTER");
            fixed (byte* start = answer)
            {
                Syscall.Checked(Syscall.Invoke(SyscallNumber.Recvfrom, socket, (nint)start, answer.Length), "recvfrom", "NETLINK_NETFILTER");
                if (*(ushort*)(start + 4) != error) return true;
                var why = (Errno)(-*(int*)(start + Header));
                return why == Errno.ENOENT ? false : throw new KernelException("NFT_MSG_GETTABLE", why, name);
            }
        }
        finally
        {
            Files.Close(socket);
        }
    }
}
