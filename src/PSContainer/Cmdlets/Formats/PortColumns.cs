using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Cmdlets.Formats;

/// <summary>Published ports in words; the format file calls it.</summary>
public static class PortColumns
{
    /// <summary>An address of this machine, "*" for all; PowerShell hands a null over as an empty text.</summary>
    public static string Address(string? address) => string.IsNullOrEmpty(address) ? "*" : address;

    /// <summary>A port of this machine, "(free)" for one that the next start chooses.</summary>
    public static string HostPort(PublishedPort port) => port.HostPort == 0 ? "(free)" : port.HostPort.ToString();

    /// <summary>Several in one cell, as docker ps has them: "0.0.0.0:8080->80/tcp, 127.0.0.1:5353->53/udp", a run of neighbours as one.</summary>
    /// <param name="ports">Those of a container.</param>
    /// <param name="most">How many pieces are spelt out; of the others there is the number.</param>
    public static string List(IEnumerable<PublishedPort> ports, int most)
    {
        var pieces = new List<string>();
        PublishedPort[] sorted = [.. ports.OrderBy(port => port.Protocol).ThenBy(port => port.HostAddress, StringComparer.Ordinal).ThenBy(port => port.HostPort)];
        for (int i = 0; i < sorted.Length;)
        {
            int length = 1;
            while (i + length < sorted.Length && Follows(sorted[i + length], sorted[i], length)) length++;
            pieces.Add(Arrow(sorted[i], length - 1));
            i += length;
        }
        return string.Join(", ", pieces.Take(most)) + (pieces.Count > most ? $" +{pieces.Count - most}" : "");
    }

    private static bool Follows(PublishedPort next, PublishedPort first, int by)
        => first.HostPort != 0 && next.HostPort == first.HostPort + by && next.ContainerPort == first.ContainerPort + by
            && next.Protocol == first.Protocol && next.HostAddress == first.HostAddress;

    private static string Arrow(PublishedPort first, int more)
    {
        string address = first.HostAddress switch { null => "0.0.0.0", var six when six.Contains(':') => $"[{six}]", var four => four };
        return $"{address}:{(first.HostPort == 0 ? "(free)" : Run(first.HostPort, more))}->{Run(first.ContainerPort, more)}/{(first.Protocol == PortProtocol.Tcp ? "tcp" : "udp")}";
    }

    private static string Run(int first, int more) => more == 0 ? $"{first}" : $"{first}-{first + more}";
}
