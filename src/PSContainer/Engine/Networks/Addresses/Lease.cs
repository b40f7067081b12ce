using System.Net;
using System.Text.Json;
using PSContainer.Engine.Spec;

namespace PSContainer.Engine.Networks;

/// <summary>An address in use: a container's place on a network, from its start to its end.</summary>
/// <param name="ContainerId">Whose it is.</param>
/// <param name="ContainerName">By which the neighbours find it.</param>
/// <param name="Link">The host's half of its veth pair.</param>
public sealed record Lease(string ContainerId, string ContainerName, IPAddress Address, IPAddress? Address6, string Mac, string Link)
{
    /// <summary>Other names of it on this network.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Its lines in the hosts files of its neighbours; hosts(5).</summary>
    public IEnumerable<string> HostsLines(string? ownName = null)
    {
        string names = string.Join(' ', ((string?[])[ownName, ContainerName, .. Aliases, Containers.ContainerId.Short(ContainerId)]).OfType<string>().Distinct());
        yield return $"{Address}\t{names}";
        if (Address6 is not null) yield return $"{Address6}\t{names}";
    }

    internal static Lease Read(JsonElement json) => new(
        json.RequiredText("container"), json.RequiredText("name"), IPAddress.Parse(json.RequiredText("address")),
        json.Text("address6") is { } six ? IPAddress.Parse(six) : null, json.RequiredText("mac"), json.RequiredText("link"))
    {
        Aliases = [.. json.Strings("aliases")],
    };

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("container", ContainerId);
        json.WriteString("name", ContainerName);
        json.WriteString("address", Address.ToString());
        if (Address6 is not null) json.WriteString("address6", Address6.ToString());
        json.WriteString("mac", Mac);
        json.WriteString("link", Link);
        json.WriteStartArray("aliases");
        foreach (string alias in Aliases) json.WriteStringValue(alias);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
