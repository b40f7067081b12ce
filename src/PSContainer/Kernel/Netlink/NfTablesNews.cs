using static PSContainer.Kernel.Netlink.Netfilter;

namespace PSContainer.Kernel.Netlink;

/// <summary>
/// What nf_tables tells of its changes (NFNLGRP_NFTABLES). Nothing of a transaction is told before all of it stands; the program that
/// sent it may need much longer to end, since the kernel makes it wait for the memory of what it deleted.
/// </summary>
public sealed class NfTablesNews : IDisposable
{
    private readonly NetlinkSocket _socket;

    private NfTablesNews(NetlinkSocket socket) => _socket = socket;

    /// <summary>Polls readable when there is something to read.</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Listens from now on; null where the kernel does not let this process listen.</summary>
    public static NfTablesNews? TryOpen()
    {
        NetlinkSocket? socket = null;
        try
        {
            socket = NetlinkSocket.Open(NETLINK_NETFILTER);
            socket.Join(NFNLGRP_NFTABLES);
            return new NfTablesNews(socket);
        }
        catch (KernelException)
        {
            socket?.Dispose();
            return null;
        }
    }

    /// <summary>
    /// Reads one piece of news: true where it tells that a transaction of this process stands. Who sent it is known by its port,
    /// which the kernel gives a program's first socket after the number that the program itself sees (netlink(7)).
    /// </summary>
    /// <exception cref="KernelException">ENOBUFS: so much happened that some of it is lost.</exception>
    public bool TellsOf(int pid)
    {
        bool told = false;
        _socket.Hear(header => told |= IsNfTables(header.Type) && header.Port == pid);
        return told;
    }

    public void Dispose() => _socket.Dispose();
}
