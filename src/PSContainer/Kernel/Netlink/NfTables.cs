using System.Buffers.Binary;
using static PSContainer.Kernel.Netlink.Netfilter;
using static PSContainer.Kernel.Netlink.Rtnetlink;

namespace PSContainer.Kernel.Netlink;

/// <summary>A base chain of the firewall: whose packets it sees, and what becomes of those that no rule decides about.</summary>
/// <param name="Family">NFPROTO_*: 1 for inet, 2 for ip, 10 for ip6.</param>
/// <param name="Hook">NF_INET_*: 2 for what is forwarded.</param>
/// <param name="Policy">0 drops, 1 accepts.</param>
public readonly record struct FirewallChain(int Family, string Table, string Name, uint Hook, uint Policy)
{
    public const int Inet = 1, Ip = 2, Ip6 = 10;
    public const uint Forward = 2, Drop = 0;

    /// <summary>"ip filter FORWARD", as nft(8) names it.</summary>
    public override string ToString() => $"{(Family switch { Inet => "inet", Ip => "ip", Ip6 => "ip6", _ => Family.ToString() })} {Table} {Name}";
}

/// <summary>Questions to nf_tables over netlink (linux/netfilter/nf_tables.h); what changes it is nft(8)'s.</summary>
public static class NfTables
{
    /// <summary>There is a table of this name in the family "inet".</summary>
    /// <exception cref="KernelException">EPERM without CAP_NET_ADMIN, EPROTONOSUPPORT or EOPNOTSUPP where the kernel has no nf_tables.</exception>
    public static bool HasTable(string name)
    {
        using NetlinkSocket socket = NetlinkSocket.Open(NETLINK_NETFILTER);
        return socket.TryRead(Question(NFT_MSG_GETTABLE, 0, FirewallChain.Inet).Attribute(NFTA_TABLE_NAME, name), Errno.ENOENT, (_, _) => { }, name);
    }

    /// <summary>Every base chain of every table; one that iptables-legacy made is none.</summary>
    /// <exception cref="KernelException"/>
    public static IReadOnlyList<FirewallChain> BaseChains()
    {
        var chains = new List<FirewallChain>();
        using NetlinkSocket socket = NetlinkSocket.Open(NETLINK_NETFILTER);
        socket.Read(Question(NFT_MSG_GETCHAIN, NLM_F_DUMP, family: 0), (_, body) =>
        {
            if (body.Length > NfGenMsg.Size && ReadChain(body.Span[0], new NetlinkAttributes(body.Span[NfGenMsg.Size..])) is { } chain) chains.Add(chain);
        });
        return chains;
    }

    private static NetlinkMessage Question(ushort message, ushort flags, byte family) => new NetlinkMessage(MessageType(message), flags).Structure(new NfGenMsg { Family = family });

    private static FirewallChain? ReadChain(int family, NetlinkAttributes attributes)
    {
        string table = "", name = "";
        uint? hook = null, policy = null;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NFTA_CHAIN_TABLE: table = attributes.Text; break;
                case NFTA_CHAIN_NAME: name = attributes.Text; break;
                case NFTA_CHAIN_POLICY: policy = Number(attributes.Value); break;
                case NFTA_CHAIN_HOOK:
                    NetlinkAttributes inner = attributes.Inner;
                    while (inner.Next())
                        if (inner.Type == NFTA_HOOK_HOOKNUM) hook = Number(inner.Value);
                    break;
            }
        }
        return hook is { } at && policy is { } otherwise ? new FirewallChain(family, table, name, at, otherwise) : null;
    }

    // Unlike rtnetlink's, its numbers have the network's byte order.
    private static uint? Number(ReadOnlySpan<byte> value) => value.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(value) : null;
}
