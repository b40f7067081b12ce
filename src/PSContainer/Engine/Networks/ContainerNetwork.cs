using System.Net;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks;

/// <summary>A network: one bridge on the host, there only while a container is on it, and the addresses that it gives.</summary>
public sealed record ContainerNetwork
{
    /// <summary>The network of every container that names none; made when the first one starts.</summary>
    public const string DefaultName = "bridge";

    /// <summary>What the names of all our bridges begin with.</summary>
    public const string BridgePrefix = "pc-";

    public required string Name { get; init; }

    /// <summary>32 hexadecimal digits.</summary>
    public required string Id { get; init; }
    public string Subnet => Range.ToString();
    public string Gateway => GatewayAddress.ToString();
    public string? IPv6Subnet => Range6?.ToString();
    public string? IPv6Gateway => GatewayAddress6?.ToString();

    /// <summary>No way out, and nobody outside reaches it.</summary>
    public bool Internal { get; init; }

    /// <summary>Bytes in a packet; null takes that of the link with the default route.</summary>
    public int? Mtu { get; init; }

    /// <summary>The bridge's name on the host.</summary>
    public required string Bridge { get; init; }

    /// <summary>The subnet was not asked for: where the host comes to use it otherwise, the network moves.</summary>
    public bool AutomaticSubnet { get; init; }
    public Pairs Labels { get; init; } = new([]);
    public DateTimeOffset Created { get; init; }

    /// <summary>
    /// The bridge's own address. It is a part of the id, and so proves that a link of that name is this network's: the kernel takes
    /// it with the link, which an alias does not manage.
    /// </summary>
    internal byte[] BridgeMac => [0x02, 0x42, .. Convert.FromHexString(Id.AsSpan(8, 8))];

    /// <summary>Who is on it, with which address.</summary>
    public Listing<NetworkPlace> Members => [.. Leases.Select(lease => new NetworkPlace(lease))];

    /// <summary>Their names.</summary>
    public Listing<string> Containers => [.. Leases.Select(member => member.ContainerName).Order(StringComparer.OrdinalIgnoreCase)];

    public override string ToString() => Name;

    internal IPNetwork Range { get; init; }
    internal IPAddress GatewayAddress { get; init; } = IPAddress.Any;
    internal IPNetwork? Range6 { get; init; }
    internal IPAddress? GatewayAddress6 { get; init; }

    internal IReadOnlyList<Lease> Leases => [.. Store?.Leases(Name) ?? []];

    /// <summary>Where it was read from.</summary>
    internal NetworkStore? Store { get; init; }

    /// <summary>"pc-web-3f2a9c": readable, at most 15 characters, and not the same for two networks of this machine, whoever's they are.</summary>
    internal static string BridgeName(string name, string id)
    {
        const int shown = 5, digits = 6;
        string plain = string.Concat(name.Where(char.IsAsciiLetterOrDigit));
        return $"{BridgePrefix}{(plain.Length > shown ? plain[..shown] : plain)}-{id[..digits]}";
    }

    /// <exception cref="EngineException">StateCorrupt.</exception>
    internal static ContainerNetwork? Read(string path) => JsonFile.Read(path, json => new ContainerNetwork
    {
        Name = json.RequiredText("name"),
        Id = json.RequiredText("id"),
        Range = IPNetwork.Parse(json.RequiredText("subnet")),
        GatewayAddress = IPAddress.Parse(json.RequiredText("gateway")),
        Range6 = json.Text("subnet6") is { } six ? IPNetwork.Parse(six) : null,
        GatewayAddress6 = json.Text("gateway6") is { } gateway ? IPAddress.Parse(gateway) : null,
        Internal = json.Flag("internal"),
        Mtu = json.Has("mtu")?.GetInt32(),
        Bridge = json.RequiredText("bridge"),
        AutomaticSubnet = json.Flag("automatic"),
        Labels = new Pairs(json.Map("labels")),
        Created = json.GetProperty("created").GetDateTimeOffset(),
    });

    internal void Write(string path) => JsonFile.Write(path, json =>
    {
        json.WriteString("name", Name);
        json.WriteString("id", Id);
        json.WriteString("subnet", Subnet);
        json.WriteString("gateway", Gateway);
        if (IPv6Subnet is { } six) json.WriteString("subnet6", six);
        if (IPv6Gateway is { } gateway) json.WriteString("gateway6", gateway);
        json.WriteBoolean("internal", Internal);
        if (Mtu is { } mtu) json.WriteNumber("mtu", mtu);
        json.WriteString("bridge", Bridge);
        json.WriteBoolean("automatic", AutomaticSubnet);
        json.WriteStartObject("labels");
        foreach ((string name, string value) in Labels) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteString("created", Created);
    });
}
