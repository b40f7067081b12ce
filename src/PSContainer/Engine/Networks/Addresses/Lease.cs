using System.Net;

namespace PSContainer.Engine.Networks.Addresses;

/// <summary>An address in use: a container's place on a network, from its start to its end.</summary>
/// <param name="ContainerId">Whose it is.</param>
/// <param name="ContainerName">By which the neighbours find it.</param>
/// <param name="Link">The host's half of its veth pair.</param>
public sealed record Lease(string ContainerId, string ContainerName, IPAddress Address, IPAddress? Address6, string Mac, string Link)
{
    private const char Between = '\t', BetweenAliases = ',';

    /// <summary>Other names of it on this network.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Its lines in the hosts files of its neighbours; hosts(5).</summary>
    public IEnumerable<string> HostsLines(string? ownName = null)
    {
        string names = Names(ownName);
        yield return $"{Address}\t{names}";
        if (Address6 is not null) yield return $"{Address6}\t{names}";
    }

    /// <summary>Reads what <see cref="ToLine"/> has written.</summary>
    /// <exception cref="FormatException"/>
    public static Lease Parse(string line)
    {
        if (line.Split(Between) is not [var id, var name, var address, var address6, var mac, var link, var aliases]) throw new FormatException("a lease has seven columns");
        return new Lease(id, name, IPAddress.Parse(address), address6.Length == 0 ? null : IPAddress.Parse(address6), mac, link)
        {
            Aliases = aliases.Length == 0 ? [] : aliases.Split(BetweenAliases),
        };
    }

    /// <summary>One line of the network's leases, without its end.</summary>
    public string ToLine() => string.Join(Between, ContainerId, ContainerName, Address, Address6, Mac, Link, string.Join(BetweenAliases, Aliases));

    private string Names(string? ownName)
    {
        var names = new List<string>(3 + Aliases.Count);
        foreach (string? name in (ReadOnlySpan<string?>)[ownName, ContainerName, .. Aliases, State.ContainerId.Short(ContainerId)])
            if (name is not null && !names.Contains(name)) names.Add(name);
        return string.Join(' ', names);
    }
}
