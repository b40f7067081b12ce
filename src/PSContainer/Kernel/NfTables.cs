using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace PSContainer.Kernel;

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
    private const int Netlink = 16, RawSocket = 3, NetfilterProtocol = 12, Header = 16, FamilyHeader = 4, Error = 2, Done = 3;
    private const ushort Request = 1, Dump = 0x300;

    /// <summary>There is a table of this name in the family "inet".</summary>
    /// <exception cref="KernelException">EPERM without CAP_NET_ADMIN, EPROTONOSUPPORT or EOPNOTSUPP where the kernel has no nf_tables.</exception>
    public static bool HasTable(string name)
    {
        const ushort getTable = 10 << 8 | 1, tableName = 1;
        var attribute = new byte[(4 + Encoding.ASCII.GetByteCount(name) + 1 + 3) & ~3];
        MemoryMarshal.Write(attribute, (ushort)(4 + name.Length + 1));
        MemoryMarshal.Write(attribute.AsSpan(2), tableName);
        Encoding.ASCII.GetBytes(name, attribute.AsSpan(4));
        try
        {
            return Ask(getTable, Request, FirewallChain.Inet, attribute, static (_, _) => { }) > 0;
        }
        catch (KernelException missing) when (missing.Errno == Errno.ENOENT)
        {
            return false;
        }
    }

    /// <summary>Every base chain of every table; one that iptables-legacy made is none.</summary>
    /// <exception cref="KernelException"/>
    public static IReadOnlyList<FirewallChain> BaseChains()
    {
        const ushort getChain = 10 << 8 | 4;
        var chains = new List<FirewallChain>();
        Ask(getChain, Request | Dump, family: 0, [], (family, attributes) =>
        {
            if (ReadChain(family, attributes) is { } chain) chains.Add(chain);
        });
        return chains;
    }

    private delegate void Take(int family, ReadOnlySpan<byte> attributes);

    /// <summary>Sends a question and hands on what is answered; how many messages that was.</summary>
    private static unsafe int Ask(ushort type, int flags, byte family, ReadOnlySpan<byte> attribute, Take take)
    {
        Span<byte> message = stackalloc byte[Header + FamilyHeader + attribute.Length];
        message.Clear();
        MemoryMarshal.Write(message, message.Length);
        MemoryMarshal.Write(message[4..], type);
        MemoryMarshal.Write(message[6..], (ushort)flags);
        message[Header] = family;
        attribute.CopyTo(message[(Header + FamilyHeader)..]);

        var answer = new byte[32768];
        int answers = 0;
        int socket = (int)Syscall.Checked(Syscall.Invoke(SyscallNumber.Socket, Netlink, RawSocket | OpenFlags.CloseOnExec, NetfilterProtocol), "socket", "NETLINK_NETFILTER");
        try
        {
            fixed (byte* start = message)
                Syscall.Checked(Syscall.Invoke(SyscallNumber.Sendto, socket, (nint)start, message.Length), "sendto", "NETLINK_NETFILTER");
            while (true)
            {
                nint count;
                fixed (byte* start = answer)
                    count = Syscall.Checked(Syscall.Invoke(SyscallNumber.Recvfrom, socket, (nint)start, answer.Length), "recvfrom", "NETLINK_NETFILTER");
                for (ReadOnlySpan<byte> rest = answer.AsSpan(0, (int)count); rest.Length >= Header + FamilyHeader;)
                {
                    int length = MemoryMarshal.Read<int>(rest);
                    ushort kind = MemoryMarshal.Read<ushort>(rest[4..]);
                    if (kind == Done) return answers;
                    if (kind == Error) throw new KernelException("NETLINK_NETFILTER", (Errno)(-MemoryMarshal.Read<int>(rest[Header..])));
                    if (length < Header + FamilyHeader || length > rest.Length) return answers;
                    take(rest[Header], rest[(Header + FamilyHeader)..length]);
                    answers++;
                    if ((flags & Dump) == 0) return answers;
                    rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
                }
            }
        }
        finally
        {
            Files.Close(socket);
        }
    }

    private static FirewallChain? ReadChain(int family, ReadOnlySpan<byte> attributes)
    {
        const int tableName = 1, chainName = 3, chainHook = 4, chainPolicy = 5, hookNumber = 1;
        ReadOnlySpan<byte> hook = Find(attributes, chainHook), policy = Find(attributes, chainPolicy);
        if (hook.IsEmpty || policy.Length < 4 || Find(hook, hookNumber) is not { Length: >= 4 } number) return null;
        return new FirewallChain(family, Text(Find(attributes, tableName)), Text(Find(attributes, chainName)),
            BinaryPrimitives.ReadUInt32BigEndian(number), BinaryPrimitives.ReadUInt32BigEndian(policy));
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value.TrimEnd((byte)0));

    // struct nlattr: length with itself, type with two flags on top, value, padding to four bytes.
    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int wanted)
    {
        while (attributes.Length >= 4)
        {
            int length = MemoryMarshal.Read<ushort>(attributes), type = MemoryMarshal.Read<ushort>(attributes[2..]) & 0x3FFF;
            if (length < 4 || length > attributes.Length) break;
            if (type == wanted) return attributes[4..length];
            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }
        return [];
    }
}
