using System.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Isolation.Sides;

/// <summary>What the kernel tells only to somebody who is in the namespace: read on a thread that has gone there, or at home.</summary>
public sealed record InsideSight
{
    public string Hostname { get; init; } = "";

    /// <summary>Names of the network links, and those that are no loopback with their MAC: "eth0 02:42:0a:58:00:02".</summary>
    public IReadOnlyList<string> Links { get; init; } = [];
    public IReadOnlyList<string> MacAddresses { get; init; } = [];
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>TCP ports that are listened on; null where this kernel does not tell (sock_diag(7)).</summary>
    public IReadOnlyList<int>? Tcp { get; init; }

    /// <summary>Of System V: shared memory, semaphores, message queues.</summary>
    public (int Memory, int Semaphores, int Queues) Ipc { get; init; }

    /// <summary>The process's cgroup, from its own cgroup namespace.</summary>
    public string? Cgroup { get; init; }

    /// <summary>Reads now, in the calling thread's namespaces.</summary>
    /// <exception cref="KernelException"/>
    public static InsideSight Read(ProcDirectory proc, int pid)
    {
        using NetlinkSocket socket = NetlinkSocket.Open();
        IReadOnlyList<LinkInfo> links = LinkInfo.All(socket);
        var addresses = new List<string>();
        AddressRequest.ReadAll(socket, address => addresses.Add(address.ToString()));
        return new InsideSight
        {
            Hostname = HostName.Read(),
            Links = [.. links.Select(link => link.Name)],
            MacAddresses = [.. links.Where(link => link.Address.AsSpan().ContainsAnyExcept((byte)0)).Select(link => $"{link.Name} {Mac(link.Address)}")],
            Addresses = addresses,
            Tcp = SocketDiag.ListeningPorts() is { } ports ? [.. ports] : null,
            Ipc = (Objects(proc.Root, "shm"), Objects(proc.Root, "sem"), Objects(proc.Root, "msg")),
            Cgroup = CgroupPathOf(proc.ReadFile(pid, "cgroup"u8)),
        };
    }

    /// <summary>The path that tells most: cgroup v2's, or where that is the top, the first that is not.</summary>
    public static string? CgroupPathOf(byte[]? text)
    {
        if (text is null) return null;
        string? top = null;
        foreach (CgroupMembership membership in CgroupMembership.Parse(Encoding.UTF8.GetString(text)))
        {
            if (membership.Path != "/") return membership.Path;
            top = membership.Path;
        }
        return top;
    }

    private static string Mac(byte[] address) => Convert.ToHexStringLower(address).Chunk(2).Select(pair => new string(pair)).Aggregate((left, right) => $"{left}:{right}");

    // A heading, then a line an object: those of the reader's own ipc namespace.
    private static int Objects(string proc, string kind)
        => WholeFile.TryRead($"{proc}/sysvipc/{kind}", out _) is { } text ? Math.Max(0, text.AsSpan().Count((byte)'\n') - 1) : 0;
}
