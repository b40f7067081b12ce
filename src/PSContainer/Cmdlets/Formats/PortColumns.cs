using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Cmdlets.Formats;

/// <summary>Published ports in words; the format file calls it.</summary>
public static class PortColumns
{
    /// <summary>An address of this machine, "*" for all; PowerShell hands a null over as an empty text.</summary>
    public static string Address(string? address) => string.IsNullOrEmpty(address) ? "*" : address;

    /// <summary>A port of this machine, "(free)" for one that the next start chooses.</summary>
    public static string HostPort(PublishedPort port) => port.HostPort == 0 ? "(free)" : port.HostPort.ToString();

    /// <summary>Several in one cell: "8080:80/tcp, 5353:53/udp", a run of neighbours as one.</summary>
    public static string List(IEnumerable<PublishedPort> ports)
    {
        var pieces = new List<string>();
        PublishedPort[] sorted = [.. ports.OrderBy(port => port.Protocol).ThenBy(port => port.HostAddress, StringComparer.Ordinal).ThenBy(port => port.HostPort)];
        for (int i = 0; i < sorted.Length;)
        {
            int length = 1;
            while (i + length < sorted.Length && Follows(sorted[i + length], sorted[i], length)) length++;
            pieces.Add(length == 1 ? sorted[i].ToString() : Run(sorted[i], length - 1));
            i += length;
        }
        return string.Join(", ", pieces);
    }

    private static bool Follows(PublishedPort next, PublishedPort first, int by)
        => first.HostPort != 0 && next.HostPort == first.HostPort + by && next.ContainerPort == first.ContainerPort + by
            && next.Protocol == first.Protocol && next.HostAddress == first.HostAddress;

    private static string Run(PublishedPort first, int more)
    {
        string one = first.ToString(), host = $"{first.HostPort}:", container = $":{first.ContainerPort}/";
        return one.Replace(host, $"{first.HostPort}-{first.HostPort + more}:").Replace(container, $":{first.ContainerPort}-{first.ContainerPort + more}/");
    }
}
