using System.Net;

namespace PSContainer.Engine.Networks.Names;

/// <summary>
/// A container's /etc/resolv.conf (resolv.conf(5)): this machine's, without servers on its loopback, which is not the container's.
/// Where none is left, systemd-resolved's own list takes its place; where that is missing as well, the file names no server, and
/// says so: nobody's questions go to a server that nobody chose.
/// </summary>
public static class ResolverFile
{
    public const string Name = "resolv.conf";

    private const string Resolved = "/run/systemd/resolve/resolv.conf";

    public static string Text(ContainerNetworking networking, Func<string, string?> read)
    {
        string host = read("/etc/resolv.conf") ?? "";
        if (networking.Mode != NetworkMode.Host && Servers(host).Length == 0 && read(Resolved) is { } list) host = list;
        string[] servers = networking.DnsServers.Count > 0 ? [.. networking.DnsServers] : networking.Mode == NetworkMode.Host ? AllServers(host) : Servers(host);
        string[] search = networking.DnsSearch.Count > 0 ? [.. networking.DnsSearch.Where(domain => domain != ".")] : Values(host, "search").LastOrDefault()?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var lines = new List<string>();
        if (servers.Length == 0) lines.Add("# This machine names no server but its own loopback: -DnsServer does.");
        if (search.Length > 0) lines.Add("search " + string.Join(' ', search));
        foreach (string server in servers) lines.Add("nameserver " + server);
        foreach (string options in Values(host, "options")) lines.Add("options " + options);
        return string.Join('\n', lines) + "\n";
    }

    private static string[] Servers(string text)
        => [.. AllServers(text).Where(server => !IPAddress.TryParse(server.Split('%')[0], out IPAddress? address) || !IPAddress.IsLoopback(address))];

    private static string[] AllServers(string text) => [.. Values(text, "nameserver")];

    private static IEnumerable<string> Values(string text, string keyword)
    {
        foreach (string untrimmed in text.Split('\n'))
            if (untrimmed.Trim() is var line && line.StartsWith(keyword, StringComparison.Ordinal) && line.Length > keyword.Length && char.IsWhiteSpace(line[keyword.Length]))
                yield return line[keyword.Length..].Trim();
    }
}
