using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>What ip(8) and ss(8) show on either side.</summary>
internal static class NetworkFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        Fact(IsolationAspect.Interfaces, side => List(side.Inside?.Links ?? side.Network.Links), "Of these, none is the other's.");
        Fact(IsolationAspect.Addresses, side => List(side.Inside?.Addresses), "Its 127.0.0.1 is its own: nobody outside is reached by it.");
        Fact(IsolationAspect.MacAddresses, side => List(side.Inside?.MacAddresses), "Its interfaces have addresses of their own on the wire.");
        Fact(IsolationAspect.Routes, side => List(side.Network.Routes), "It finds its way by a table of its own.");
        Fact(IsolationAspect.ListeningPorts, side => Ports(side.Network), "Both can listen on the same port, for each has all 65535.");

        void Fact(IsolationAspect aspect, Func<Side, string?> of, string own)
            => facts.Add(pair.Decided(aspect, NamespaceType.Net, of(pair.Host), of(pair.Container), own, $"It is in the net namespace of {pair.Other}."));
    }

    private static string? List(IReadOnlyList<string>? values) => values is null ? null : values.Count == 0 ? "none" : string.Join(", ", values);

    private static string? Ports(NetworkSight network)
    {
        if (network.Tcp is null || network.Udp is null) return null;
        string tcp = network.Tcp.Count > 0 ? "tcp " + string.Join(' ', network.Tcp) : "", udp = network.Udp.Count > 0 ? "udp " + string.Join(' ', network.Udp) : "";
        return (tcp, udp) switch { ("", "") => "none", (_, "") => tcp, ("", _) => udp, _ => $"{tcp}, {udp}" };
    }
}
