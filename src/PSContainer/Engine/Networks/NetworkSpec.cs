using System.Net;
using System.Net.Sockets;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks;

/// <summary>What somebody wants of a network; checked by <see cref="NetworkMaking"/>.</summary>
public sealed record NetworkSpec
{
    public required string Name { get; init; }
    /// <summary>At most one of each family: "10.5.0.0/24", "fd12:3456:789a::/64".</summary>
    public IReadOnlyList<string> Subnets { get; init; } = [];
    public IReadOnlyList<string> Gateways { get; init; } = [];
    public bool Internal { get; init; }
    public int? Mtu { get; init; }
    public bool IPv6 { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>Makes a network's record out of a wish. Whoever calls holds the store's lock.</summary>
public static class NetworkMaking
{
    private const int SmallestMtu = 68, SmallestMtu6 = 1280, LargestMtu = 65535;

    /// <summary>The network that is there for those who name none, with IPv6 where the kernel has it.</summary>
    public static ContainerNetwork Default(NetworkStore store)
        => Make(store, new NetworkSpec { Name = ContainerNetwork.DefaultName, IPv6 = HostNetwork.HasIPv6 }, UsedByHost());

    /// <exception cref="EngineException">NetworkNameInvalid, NetworkExists, SubnetInvalid, SubnetInUse, GatewayInvalid, MtuInvalid, LabelInvalid, SubnetPoolExhausted, IPv6NotSupported.</exception>
    public static ContainerNetwork Make(NetworkStore store, NetworkSpec spec) => Make(store, spec, UsedByHost());

    public static ContainerNetwork Make(NetworkStore store, NetworkSpec spec, IReadOnlyCollection<IPNetwork> usedByHost)
    {
        string name = NetworkChoice.CheckNewName(spec.Name);
        if (store.Find(name) is not null)
            throw new EngineException("NetworkExists", Reason.AlreadyExists, $"There is a network '{name}' already.", "Choose another name, or remove that one first (Remove-ContainerNetwork).");
        IPNetwork[] given = [.. spec.Subnets.Select(Subnets.Parse)];
        IPNetwork? four = One(given, AddressFamily.InterNetwork), six = One(given, AddressFamily.InterNetworkV6);
        IPAddress[] gateways = [.. spec.Gateways.Select(ParseGateway)];
        bool wantsSix = spec.IPv6 || six is not null;
        if (wantsSix && !HostNetwork.HasIPv6)
            throw new EngineException("IPv6NotSupported", Reason.NotSupported, "This kernel has IPv6 switched off.", "Make the network without it, or start the machine without ipv6.disable=1.");
        int smallest = wantsSix ? SmallestMtu6 : SmallestMtu;
        if (spec.Mtu is { } mtu && (mtu < smallest || mtu > LargestMtu))
            throw Invalid("MtuInvalid", $"A network's packets can't have {mtu} bytes.", $"Choose from {smallest} to {LargestMtu}; 1500 is usual.");
        foreach ((string label, _) in spec.Labels)
            if (label.Length == 0 || label.Any(char.IsControl)) throw Invalid("LabelInvalid", $"'{Printable.Of(label)}' can't be a label's name.", "Use -Label @{ name = 'value' }.");

        IReadOnlyList<ContainerNetwork> others = store.All();
        foreach (IPNetwork wanted in given) CheckFree(wanted, others, usedByHost);
        IPNetwork subnet = four ?? Subnets.Choose([.. usedByHost, .. others.Select(other => other.Range)]);
        if (wantsSix) six ??= Subnets.ChooseIPv6();
        string id = ContainerId.New();
        return new ContainerNetwork
        {
            Name = name, Id = id, Bridge = ContainerNetwork.BridgeName(name, id), Created = DateTimeOffset.Now, Labels = new Pairs(spec.Labels),
            Internal = spec.Internal, Mtu = spec.Mtu, AutomaticSubnet = four is null && gateways.All(gateway => gateway.AddressFamily != AddressFamily.InterNetwork),
            Range = subnet, GatewayAddress = Gateway(subnet, gateways), Range6 = six, GatewayAddress6 = six is { } subnet6 ? Gateway(subnet6, gateways) : null,
        };
    }

    private static void CheckFree(IPNetwork wanted, IReadOnlyList<ContainerNetwork> others, IReadOnlyCollection<IPNetwork> usedByHost)
    {
        if (others.FirstOrDefault(other => Subnets.Overlap(other.Range, wanted) || other.Range6 is { } six && Subnets.Overlap(six, wanted)) is { } network)
            throw InUse(wanted, $"the network '{network.Name}' ({network.Range})");
        foreach (IPNetwork used in usedByHost)
            if (Subnets.Overlap(used, wanted)) throw InUse(wanted, $"{used}, which this machine has a route to");
    }

    private static IPNetwork? One(IPNetwork[] given, AddressFamily family)
    {
        IPNetwork[] own = [.. given.Where(subnet => subnet.BaseAddress.AddressFamily == family)];
        return own.Length switch
        {
            0 => null,
            1 => own[0],
            _ => throw Invalid("SubnetInvalid", $"{own[0]} and {own[1]} are of one family.", "Give one subnet of IPv4, and at most one of IPv6 beside it."),
        };
    }

    private static IPAddress ParseGateway(string text)
        => IPAddress.TryParse(text, out IPAddress? address) ? address : throw Invalid("GatewayInvalid", $"'{Printable.Of(text)}' is no address.", "Write it as 10.5.0.1.");

    private static IPAddress Gateway(IPNetwork subnet, IPAddress[] gateways)
    {
        IPAddress[] own = [.. gateways.Where(gateway => gateway.AddressFamily == subnet.BaseAddress.AddressFamily)];
        if (own.Length == 0) return Subnets.At(subnet, 1);
        uint offset = subnet.Contains(own[0]) ? Subnets.Offset(subnet, own[0]) : 0;
        if (own.Length > 1 || offset == 0 || offset >= Subnets.End(subnet))
            throw Invalid("GatewayInvalid", $"{own[0]} can't be the gateway of {subnet}.", $"Choose an address of the subnet, such as {Subnets.At(subnet, 1)}, and give -Subnet with it.");
        return own[0];
    }

    private static IReadOnlyCollection<IPNetwork> UsedByHost()
    {
        using var socket = NetworkAttachment.OpenSocket();
        return HostNetwork.UsedSubnets(socket);
    }

    private static EngineException InUse(IPNetwork wanted, string by)
        => new("SubnetInUse", Reason.AlreadyExists, $"The subnet {wanted} overlaps {by}.", "Choose another -Subnet, or none: then a free one is found.");

    private static EngineException Invalid(string id, string message, string advice) => new(id, Reason.InvalidInput, message, advice);
}
