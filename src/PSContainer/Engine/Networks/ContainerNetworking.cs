using System.Text.Json;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Networks;

/// <summary>network.json beside a container's record: which networks it is on, and what goes into its files with names.</summary>
public sealed record ContainerNetworking
{
    public const string FileName = "network.json";

    public required NetworkMode Mode { get; init; }

    /// <summary>The id of the container whose network this one shares.</summary>
    public string? Target { get; init; }
    public IReadOnlyList<Endpoint> Endpoints { get; init; } = [];
    public IReadOnlyList<string> DnsServers { get; init; } = [];
    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <summary>More lines for its hosts file: "name:address"; the address "host-gateway" is the first network's gateway.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];
    public string Hostname { get; init; } = "";

    /// <summary>null where the container was made before there were networks.</summary>
    /// <exception cref="EngineException">StateCorrupt.</exception>
    public static ContainerNetworking? Read(string containerFolder) => JsonFile.Read(Path.Combine(containerFolder, FileName), json => new ContainerNetworking
    {
        Mode = Enum.TryParse(json.RequiredText("mode"), out NetworkMode mode) ? mode : throw new FormatException("the mode is unknown"),
        Target = json.Text("target"),
        Endpoints = json.List("endpoints", Endpoint.Read),
        DnsServers = json.Strings("dnsServers"),
        DnsSearch = json.Strings("dnsSearch"),
        ExtraHosts = json.Strings("extraHosts"),
        Hostname = json.Text("hostname") ?? "",
    });

    public void Write(string containerFolder) => JsonFile.Write(Path.Combine(containerFolder, FileName), json =>
    {
        json.WriteString("mode", Mode.ToString());
        if (Target is not null) json.WriteString("target", Target);
        json.WriteStartArray("endpoints");
        foreach (Endpoint endpoint in Endpoints) endpoint.Write(json);
        json.WriteEndArray();
        WriteStrings(json, "dnsServers", DnsServers);
        WriteStrings(json, "dnsSearch", DnsSearch);
        WriteStrings(json, "extraHosts", ExtraHosts);
        json.WriteString("hostname", Hostname);
    });

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
