using System.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Isolation.Sides;

/// <summary>What /proc/PID/net tells of a process's network namespace to everybody, without going there.</summary>
public sealed record NetworkSight
{
    public IReadOnlyList<string>? Links { get; init; }
    public IReadOnlyList<string>? Routes { get; init; }

    /// <summary>TCP ports that are listened on and UDP ports that are held.</summary>
    public IReadOnlyList<int>? Tcp { get; init; }
    public IReadOnlyList<int>? Udp { get; init; }

    /// <param name="tcp">The TCP ports, where somebody inside has found them; else /proc tells, at its leisure.</param>
    public static NetworkSight Read(string proc, int pid, IReadOnlyList<int>? tcp)
    {
        string folder = $"{proc}/{pid}/net/";
        return new NetworkSight
        {
            Links = Text(folder + "dev") is { } links ? [.. LinkNames(links)] : null,
            Routes = Text(folder + "route") is { } routes ? [.. RouteTable.Parse4(routes), .. RouteTable.Parse6(Text(folder + "ipv6_route") ?? "")] : null,
            Tcp = tcp ?? Ports(folder, "tcp", isTcp: true),
            Udp = Ports(folder, "udp", isTcp: false),
        };
    }

    /// <summary>"eth0" of "  eth0: 1023 4 …"; two lines of headings stand before.</summary>
    public static IEnumerable<string> LinkNames(string text)
    {
        foreach (string line in text.Split('\n').Skip(2))
            if (line.LastIndexOf(':') is > 0 and var colon) yield return line[..colon].Trim();
    }

    // Lines as they are asked for: of a long table only the beginning is read.
    private static IReadOnlyList<int>? Ports(string folder, string protocol, bool isTcp)
    {
        try
        {
            SortedSet<int> ports = SocketTable.Ports(File.ReadLines(folder + protocol), isTcp);
            if (File.Exists(folder + protocol + "6")) ports.UnionWith(SocketTable.Ports(File.ReadLines(folder + protocol + "6"), isTcp));
            return [.. ports];
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Text(string path) => WholeFile.TryRead(path, out _) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
