using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>What hostname(1) prints on either side.</summary>
internal static class HostnameFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        string? host = pair.Host.Inside?.Hostname, container = pair.Container.Inside?.Hostname;
        facts.Add(pair.Decided(IsolationAspect.Hostname, NamespaceType.Uts, host, container,
            host == container && host is not null ? "It has a uts namespace of its own; that both have one name is chance." : "uname(2) answers from its own uts namespace.",
            $"uname(2) answers from the uts namespace that it shares with {pair.Other}."));
    }
}
