using System.Net;
using System.Net.Sockets;
using System.Text;
using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>Changes to the table's elements as text for <c>nft -f -</c>: one transaction, all of it or nothing.</summary>
public sealed class FirewallChange(string table)
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _alone = [];

    /// <summary>
    /// What to do one by one where the whole is refused because a port's element leads elsewhere. To be published: each port is taken
    /// from whoever left it behind; its socket is held now, so the element is nobody's. To be taken back: each goes by itself, but for
    /// those that are another container's by now.
    /// </summary>
    public IReadOnlyList<string> Alone => _alone;

    public bool IsEmpty => _text.Length == 0;

    /// <summary>A network's bridge and addresses. What is there already stays.</summary>
    public FirewallChange Add(FirewallNetwork network)
    {
        foreach ((string set, string element) in Elements(network)) _text.Append(Line("add", set, element));
        return this;
    }

    public FirewallChange Remove(FirewallNetwork network)
    {
        foreach ((string set, string element) in Elements(network)) Take(set, element);
        return this;
    }

    /// <summary>Ports of this machine that lead to a container's addresses.</summary>
    public FirewallChange Publish(IReadOnlyList<PortBinding> bindings, IPAddress? address4, IPAddress? address6)
    {
        foreach ((string map, string element) in Elements(bindings, address4, address6))
        {
            _text.Append(Line("add", map, element));
            _alone.Add(Line("delete", map, element[..element.IndexOf(" : ", StringComparison.Ordinal)]));
        }
        return this;
    }

    public FirewallChange Unpublish(IReadOnlyList<PortBinding> bindings, IPAddress? address4, IPAddress? address6)
    {
        foreach ((string map, string element) in Elements(bindings, address4, address6)) Take(map, element);
        return this;
    }

    public override string ToString() => _text.ToString();

    // A deletion of what is not there would undo the whole transaction; what has just been put there is there.
    private void Take(string set, string element)
    {
        _alone.Add(Line("add", set, element) + Line("delete", set, element));
        _text.Append(_alone[^1]);
    }

    private string Line(string verb, string set, string element) => $"{verb} element inet {table} {set} {{ {element} }}\n";

    private static IEnumerable<(string Set, string Element)> Elements(FirewallNetwork network)
    {
        string bridge = $"\"{network.Bridge}\"";
        yield return ("bridges", bridge);
        yield return ("within", $"{bridge} . {bridge}");
        if (network.IsInternal) yield return ("internal", bridge);
        foreach (IPNetwork? given in (IPNetwork?[])[network.Subnet4, network.Subnet6])
        {
            if (given is not { } subnet) continue;
            char family = subnet.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? '4' : '6';
            yield return ("hairpin" + family, $"{subnet} . {subnet}");
            if (!network.IsInternal) yield return ("masquerade" + family, subnet.ToString());
        }
    }

    private static IEnumerable<(string Map, string Element)> Elements(IReadOnlyList<PortBinding> bindings, IPAddress? address4, IPAddress? address6)
    {
        foreach (PortBinding binding in bindings)
        {
            string key = $"{(binding.Protocol == PortProtocol.Tcp ? "tcp" : "udp")} . {binding.HostPort}";
            if (address4 is not null && binding.Takes(AddressFamily.InterNetwork))
                yield return Element(binding, key, "4", $"{address4} . {binding.ContainerPort}");
            if (address6 is not null && binding.Takes(AddressFamily.InterNetworkV6) && !Equals(binding.HostAddress, IPAddress.IPv6Loopback))
                yield return Element(binding, key, "6", $"{address6} . {binding.ContainerPort}");
        }
    }

    private static (string Map, string Element) Element(PortBinding binding, string key, string family, string target)
        => binding.IsAnywhere ? ("anywhere" + family, $"{key} : {target}") : ("address" + family, $"{binding.HostAddress} . {key} : {target}");
}
