using System.Net;
using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks;

/// <summary>A container's place on one network: what was asked for, and what it has, or had when it last ran.</summary>
public sealed record Endpoint
{
    public required string Network { get; init; }

    /// <summary>The name inside: eth0.</summary>
    public required string Interface { get; init; }

    /// <summary>Its address; the last one where the container does not run, null where it never did.</summary>
    public string? IPAddress { get => Address?.ToString(); init => Address = Parse(value); }
    public string? IPv6Address { get => Address6?.ToString(); init => Address6 = Parse(value); }
    public int PrefixLength { get; init; }
    public string? Gateway { get => GatewayAddress?.ToString(); init => GatewayAddress = Parse(value); }
    public string? MacAddress { get; init; }

    /// <summary>The host's half of the veth pair.</summary>
    public string? Link { get; init; }
    public Listing<string> Aliases { get; init; } = [];

    public override string ToString() => IPAddress is null ? Network : $"{Network} {IPAddress}/{PrefixLength}";

    internal IPAddress? Address { get; init; }
    internal IPAddress? Address6 { get; init; }
    internal IPAddress? GatewayAddress { get; init; }
    internal IPAddress? WantedAddress { get; init; }
    internal IPAddress? WantedAddress6 { get; init; }
    internal string? WantedMac { get; init; }

    internal static Endpoint Read(JsonElement json) => new()
    {
        Network = json.RequiredText("network"),
        Interface = json.RequiredText("interface"),
        Address = Parse(json.Text("address")),
        Address6 = Parse(json.Text("address6")),
        PrefixLength = json.Has("prefixLength")?.GetInt32() ?? 0,
        GatewayAddress = Parse(json.Text("gateway")),
        MacAddress = json.Text("mac"),
        Link = json.Text("link"),
        Aliases = [.. json.Strings("aliases")],
        WantedAddress = Parse(json.Text("wantedAddress")),
        WantedAddress6 = Parse(json.Text("wantedAddress6")),
        WantedMac = json.Text("wantedMac"),
    };

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("network", Network);
        json.WriteString("interface", Interface);
        Write(json, "address", Address);
        Write(json, "address6", Address6);
        json.WriteNumber("prefixLength", PrefixLength);
        Write(json, "gateway", GatewayAddress);
        if (MacAddress is not null) json.WriteString("mac", MacAddress);
        if (Link is not null) json.WriteString("link", Link);
        json.WriteStartArray("aliases");
        foreach (string alias in Aliases) json.WriteStringValue(alias);
        json.WriteEndArray();
        Write(json, "wantedAddress", WantedAddress);
        Write(json, "wantedAddress6", WantedAddress6);
        if (WantedMac is not null) json.WriteString("wantedMac", WantedMac);
        json.WriteEndObject();
    }

    private static IPAddress? Parse(string? address) => address is null ? null : System.Net.IPAddress.Parse(address);

    private static void Write(Utf8JsonWriter json, string name, IPAddress? address)
    {
        if (address is not null) json.WriteString(name, address.ToString());
    }
}
