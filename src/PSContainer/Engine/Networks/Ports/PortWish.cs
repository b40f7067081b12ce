using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>Ports as docker's -p writes them: [[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL], with ranges; no host port is a free one.</summary>
public static class PortWish
{
    private const int Highest = 65535;

    /// <summary>All that a list of wishes comes to.</summary>
    /// <exception cref="EngineException">PortInvalid, PortRangesDiffer, PortRepeated.</exception>
    public static IReadOnlyList<PortBinding> ParseAll(IEnumerable<string> wishes)
    {
        var bindings = new List<PortBinding>();
        foreach (string wish in wishes) bindings.AddRange(Parse(wish));
        CheckDistinct(bindings);
        return bindings;
    }

    /// <summary>One wish: one binding, or as many as its range is long.</summary>
    /// <exception cref="EngineException">PortInvalid, PortRangesDiffer.</exception>
    public static IReadOnlyList<PortBinding> Parse(string wish)
    {
        (string ports, PortProtocol protocol) = TakeProtocol(wish);
        int colon = ports.LastIndexOf(':');
        (int First, int Last) container = Range(ports[(colon + 1)..], wish, "the container's port");
        string host = colon < 0 ? "" : ports[..colon];
        (IPAddress? address, string port) = TakeAddress(host, wish);
        int count = container.Last - container.First + 1;
        (int First, int Last) outside = port.Length == 0 ? (0, 0) : Range(port, wish, "this machine's port");
        if (port.Length > 0 && outside.Last - outside.First + 1 != count)
            throw new EngineException("PortRangesDiffer", Reason.InvalidInput,
                $"In '{Printable.Of(wish)}' {outside.Last - outside.First + 1} ports of this machine stand for {count} of the container.", "Make both ranges the same length: 8080-8090:80-90.");
        var bindings = new PortBinding[count];
        for (int i = 0; i < count; i++) bindings[i] = new PortBinding(address, port.Length == 0 ? 0 : outside.First + i, container.First + i, protocol);
        return bindings;
    }

    /// <summary>A port of a container alone, as images expose it: "80/tcp", "53/udp", "8000-8010".</summary>
    /// <exception cref="EngineException">PortInvalid.</exception>
    public static IReadOnlyList<PortBinding> ParseExposed(string port)
        => port.Contains(':') ? throw Invalid(port, "there is an address or a port of this machine in it") : Parse(port);

    /// <exception cref="EngineException">PortRepeated.</exception>
    public static void CheckDistinct(IReadOnlyList<PortBinding> bindings)
    {
        var byPort = bindings.Where(binding => binding.HostPort != 0).GroupBy(binding => (binding.HostPort, binding.Protocol));
        foreach (PortBinding[] same in byPort.Select(group => group.ToArray()))
            for (int i = 0; i < same.Length; i++)
                for (int j = 0; j < i; j++)
                    if (same[i].Collides(same[j]))
                        throw new EngineException("PortRepeated", Reason.InvalidInput, $"'{same[j]}' and '{same[i]}' want the same port of this machine.", "Leave one out, or choose another port.");
    }

    private static (string Ports, PortProtocol Protocol) TakeProtocol(string wish)
    {
        int slash = wish.IndexOf('/');
        if (slash < 0) return (wish, PortProtocol.Tcp);
        return wish[(slash + 1)..].ToLowerInvariant() switch
        {
            "tcp" => (wish[..slash], PortProtocol.Tcp),
            "udp" => (wish[..slash], PortProtocol.Udp),
            _ => throw Invalid(wish, "the protocol is neither tcp nor udp"),
        };
    }

    // "", "8080", "127.0.0.1:8080", "127.0.0.1:", "[::1]:8080": what stands before the container's port and its colon.
    private static (IPAddress? Address, string Port) TakeAddress(string host, string wish)
    {
        int colon = host.LastIndexOf(':');
        if (colon < 0) return (null, host);
        string text = host[..colon];
        bool isBracketed = text.StartsWith('[') && text.EndsWith(']');
        // IPAddress takes "1" and "0x7f.1" as well, which nobody means here.
        bool isPlain = isBracketed || text.Count(c => c == '.') == 3 && !text.AsSpan().ContainsAnyExcept("0123456789.");
        if (!isPlain || text.Contains('%') || !IPAddress.TryParse(isBracketed ? text[1..^1] : text, out IPAddress? address)
            || isBracketed != (address.AddressFamily == AddressFamily.InterNetworkV6))
            throw Invalid(wish, $"'{Printable.Of(text)}' is no address");
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, host[(colon + 1)..]);
    }

    private static (int First, int Last) Range(string text, string wish, string what)
    {
        int dash = text.IndexOf('-');
        int first = Number(dash < 0 ? text : text[..dash], wish, what);
        int last = dash < 0 ? first : Number(text[(dash + 1)..], wish, what);
        return last >= first ? (first, last) : throw Invalid(wish, $"the range {first}-{last} runs backwards");
    }

    private static int Number(string text, string wish, string what)
    {
        if (text.Length == 0) throw Invalid(wish, what + " is missing");
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > Highest)
            throw Invalid(wish, $"'{Printable.Of(text)}' is no port from 1 to {Highest}");
        return port;
    }

    private static EngineException Invalid(string wish, string why)
        => new("PortInvalid", Reason.InvalidInput, $"'{Printable.Of(wish)}' is no port to publish: {why}.", "Write 8080:80, 127.0.0.1:8080:80/tcp, 8080-8090:80-90/udp, or :80 for a free port.");
}
