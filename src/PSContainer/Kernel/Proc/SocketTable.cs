using System.Globalization;

namespace PSContainer.Kernel.Proc;

/// <summary>/proc/net/{tcp,tcp6,udp,udp6} (proc_net(5)): the sockets of this network namespace.</summary>
public static class SocketTable
{
    /// <summary>The inodes of the sockets that hold a local port: listening ones of TCP, all of UDP.</summary>
    public static IReadOnlySet<string> Inodes(bool isTcp, int port)
    {
        var inodes = new HashSet<string>();
        foreach (string file in isTcp ? (string[])["/proc/net/tcp", "/proc/net/tcp6"] : ["/proc/net/udp", "/proc/net/udp6"])
        {
            if (!File.Exists(file)) continue;
            foreach (string line in File.ReadLines(file).Skip(1))
                if (Holder(line, isTcp, port) is { } inode) inodes.Add(inode);
        }
        return inodes;
    }

    /// <summary>
    /// The ports that are listened on, of TCP, or held, of UDP, ascending. /proc/net/tcp has its listening sockets first, so that a machine with a hundred
    /// thousand connections is as quick as one with none.
    /// </summary>
    /// <param name="lines">One of those files, its heading first.</param>
    public static SortedSet<int> Ports(IEnumerable<string> lines, bool isTcp)
    {
        const int local = 1, remote = 2, state = 3;
        var ports = new SortedSet<int>();
        foreach (string line in lines.Skip(1))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length <= state) continue;
            if (isTcp && fields[state] != "0A") break;
            // A UDP socket that has said whom it talks to takes nothing from others.
            if (!isTcp && Port(fields[remote]) is not 0) continue;
            if (Port(fields[local]) is { } port and > 0) ports.Add(port);
        }
        return ports;
    }

    /// <summary>
    /// The inode in a line such as "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4242 1 …"; null
    /// where it is about another port, or a connection.
    /// </summary>
    public static string? Holder(string line, bool isTcp, int port)
    {
        const int local = 1, state = 3, inode = 9;
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= inode || isTcp && fields[state] != "0A") return null;
        return Port(fields[local]) == port ? fields[inode] : null;
    }

    private static int? Port(string name) => int.TryParse(name.AsSpan(name.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int port) ? port : null;
}
