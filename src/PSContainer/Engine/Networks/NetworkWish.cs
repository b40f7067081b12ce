using System.Net;
using System.Net.Sockets;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Networks.Names;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks;

/// <summary>What a container's wish says about its network.</summary>
public sealed record NetworkWish
{
    /// <summary>Bridge, Host, None, a network's name, or container:NAME.</summary>
    public string Network { get; init; } = ContainerNetwork.DefaultName;
    public string? IPAddress { get; init; }
    public string? IPv6Address { get; init; }
    public string? MacAddress { get; init; }
    public IReadOnlyList<string> Aliases { get; init; } = [];
    public IReadOnlyList<string> DnsServers { get; init; } = [];
    public IReadOnlyList<string> DnsSearch { get; init; } = [];
    /// <summary>"name:address".</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    /// <summary>The same wish, checked as far as it can be without looking at any network.</summary>
    /// <exception cref="EngineException">NetworkNameInvalid, NetworkOptionUnused, AddressInvalid, MacAddressInvalid, AliasInvalid, DnsServerInvalid, DnsSearchInvalid, HostEntryInvalid.</exception>
    public NetworkWish Validate()
    {
        NetworkChoice choice = NetworkChoice.Parse(Network);
        if (choice.Mode != NetworkMode.Network && (IPAddress ?? IPv6Address ?? MacAddress) is { } unused)
            throw Invalid("NetworkOptionUnused", $"'{Printable.Of(unused)}' has no meaning with -Network {Printable.Of(Network)}.", "Addresses are for a container on a network of its own: -Network Bridge, or a name.");
        if (choice.Mode != NetworkMode.Network && Aliases.Count > 0)
            throw Invalid("NetworkOptionUnused", $"-NetworkAlias has no meaning with -Network {Printable.Of(Network)}.", "Aliases are for a container on a network: -Network Bridge, or a name.");
        if (choice.Mode == NetworkMode.Container && (DnsServers.Count > 0 || DnsSearch.Count > 0 || ExtraHosts.Count > 0))
            throw Invalid("NetworkOptionUnused", "A container that shares another's network has its files with names as well.", "Give -DnsServer, -DnsSearch and -AddHost to that other one.");
        Check(IPAddress, AddressFamily.InterNetwork);
        Check(IPv6Address, AddressFamily.InterNetworkV6);
        if (MacAddress is not null && AddressChoice.ParseMac(MacAddress) is null)
            throw Invalid("MacAddressInvalid", $"'{Printable.Of(MacAddress)}' can't be a container's MAC address.", "Write six bytes, as in 02:42:ac:11:00:05; the first one is even.");
        foreach (string alias in Aliases)
            if (!ExtraHost.IsHostName(alias)) throw Invalid("AliasInvalid", $"'{Printable.Of(alias)}' can't be a name on a network.", "Use letters, digits, '-', '_' and '.'.");
        foreach (string server in DnsServers)
            if (!System.Net.IPAddress.TryParse(server, out _)) throw Invalid("DnsServerInvalid", $"'{Printable.Of(server)}' is no address of a DNS server.", "Give its address, as in 10.0.0.53.");
        foreach (string domain in DnsSearch)
            if (domain != "." && !ExtraHost.IsHostName(domain)) throw Invalid("DnsSearchInvalid", $"'{Printable.Of(domain)}' is no domain to search in.", "Write it as example.org; '.' means none.");
        return this with { ExtraHosts = [.. ExtraHosts.Select(ExtraHost.Check)] };
    }

    /// <summary>As it goes beside the container's record; what it names has to be there.</summary>
    /// <exception cref="EngineException">NetworkNotFound, ContainerNotFound, AddressInvalid.</exception>
    /// <param name="idOf">The id of the container that is meant by a name.</param>
    internal ContainerNetworking Resolve(StorageRoot root, string hostname, Func<string, string> idOf)
    {
        NetworkChoice choice = NetworkChoice.Parse(Network);
        var networking = new ContainerNetworking { Mode = choice.Mode, Hostname = hostname, DnsServers = DnsServers, DnsSearch = DnsSearch, ExtraHosts = ExtraHosts };
        if (choice.Mode == NetworkMode.Container) return networking with { Target = Sharer(root, idOf(choice.Target)) };
        return choice.Mode == NetworkMode.Network ? networking with { Endpoints = [ToEndpoint(root, choice.Target, "eth0")] } : networking;
    }

    /// <exception cref="EngineException">NetworkNotFound, AddressInvalid.</exception>
    internal Endpoint ToEndpoint(StorageRoot root, string name, string @interface)
    {
        var store = new NetworkStore(root);
        var endpoint = new Endpoint
        {
            Network = name, Interface = @interface, Aliases = [.. Aliases],
            WantedAddress = IPAddress is null ? null : System.Net.IPAddress.Parse(IPAddress), WantedAddress6 = IPv6Address is null ? null : System.Net.IPAddress.Parse(IPv6Address),
            WantedMac = MacAddress is null ? null : AddressChoice.Show(AddressChoice.ParseMac(MacAddress)!),
        };
        ContainerNetwork? network = name == ContainerNetwork.DefaultName ? store.Find(name) : store.Get(name);
        if (network is not null && endpoint.WantedAddress is { } four) AddressChoice.CheckWanted(network.Range, network.GatewayAddress, four, name);
        if (network is { Range6: { } subnet6, GatewayAddress6: { } gateway6 } && endpoint.WantedAddress6 is { } six) AddressChoice.CheckWanted(subnet6, gateway6, six, name);
        return endpoint;
    }

    // The end of a chain of sharers: what they all have is one namespace.
    private static string Sharer(StorageRoot root, string id)
        => ContainerNetworking.Read(root.ContainerFolder(id)) is { Mode: NetworkMode.Container } networking ? networking.Target! : id;

    private static void Check(string? text, AddressFamily family)
    {
        if (text is null || System.Net.IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == family && (family == AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3)) return;
        string what = family == AddressFamily.InterNetwork ? "an IPv4 address" : "an IPv6 address";
        throw Invalid("AddressInvalid", $"'{Printable.Of(text)}' is not {what}.", family == AddressFamily.InterNetwork ? "Write it as 172.17.0.5." : "Write it as fd12:3456:789a::5.");
    }

    private static EngineException Invalid(string id, string message, string advice) => new(id, Reason.InvalidInput, message, advice);
}
