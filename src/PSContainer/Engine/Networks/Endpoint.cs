using System.Net;
using System.Text.Json;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Networks;

/// <summary>A container's place on one network: what was asked for, and what it has, or had when it last ran.</summary>
public sealed record Endpoint
{
    public required string Network { get; init; }

    /// <summary>The name inside: eth0.</summary>
    public required string Interface { get; init; }

    /// <summary>Its address; the last one where the container does not run, null where it never did.</summary>
    public IPAddress? IPAddress { get; init; }
    public IPAddress? IPv6Address { get; init; }
    public int PrefixLength { get; init; }
    public IPAddress? Gateway { get; init; }
    public string? MacAddress { get; init; }

    /// <summary>The host's half of the veth pair.</summary>
    public string? Link { get; init; }
    public string[] Aliases { get; init; } = [];

    public override string ToString() => IPAddress is null ? Network : $"{Network} {IPAddress}/{PrefixLength}";

    internal IPAddress? WantedAddress { get; init; }
    internal IPAddress? WantedAddress6 { get; init; }
    internal string? WantedMac { get; init; }

    internal static Endpoint Read(JsonElement json) => new()
    {
        Network = json.RequiredText("network"),
        Interface = json.RequiredText("interface"),
        IPAddress = Address(json, "address"),
        IPv6Address = Address(json, "address6"),
        PrefixLength = json.Has("prefixLength")?.GetInt32() ?? 0,
        Gateway = Address(json, "gateway"),
        MacAddress = json.Text("mac"),
        Link = json.Text("link"),
        Aliases = [.. json.Strings("aliases")],
        WantedAddress = Address(json, "wantedAddress"),
        WantedAddress6 = Address(json, "wantedAddress6"),
        WantedMac = json.Text("wantedMac"),
    };

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("network", Network);
        json.WriteString("interface", Interface);
        Write(json, "address", IPAddress);
        Write(json, "address6", IPv6Address);
        json.WriteNumber("prefixLength", PrefixLength);
        Write(json, "gateway", Gateway);
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

    private static IPAddress? Address(JsonElement json, string name) => json.Text(name) is { } text ? System.Net.IPAddress.Parse(text) : null;

    private static void Write(Utf8JsonWriter json, string name, IPAddress? address)
    {
        if (address is not null) json.WriteString(name, address.ToString());
    }
}
