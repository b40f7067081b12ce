using System.Net;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks.Names;

/// <summary>What <c>-AddHost</c> takes: "name:address", or "name:host-gateway" for this machine as the container sees it.</summary>
public static class ExtraHost
{
    public const string Gateway = "host-gateway";

    /// <exception cref="EngineException">HostEntryInvalid.</exception>
    public static string Check(string entry)
    {
        int colon = entry.IndexOf(':');
        string name = colon > 0 ? entry[..colon] : "", address = colon > 0 ? entry[(colon + 1)..].Trim('[', ']') : "";
        if (!IsHostName(name) || address != Gateway && !IPAddress.TryParse(address, out _))
            throw new EngineException("HostEntryInvalid", Reason.InvalidInput, $"'{Printable.Of(entry)}' is no entry for a hosts file.", $"Write it as name:address, as in db:10.0.0.7, or name:{Gateway}.");
        return $"{name}:{address}";
    }

    /// <summary>As hosts(5) has it.</summary>
    public static string Line(string entry, string? gateway)
    {
        int colon = entry.IndexOf(':');
        string address = entry[(colon + 1)..];
        return $"{(address == Gateway ? gateway ?? "127.0.0.1" : address)}\t{entry[..colon]}";
    }

    /// <summary>What can stand as a name in a hosts file and mean one host.</summary>
    public static bool IsHostName(string name)
        => name.Length is > 0 and <= 253 && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
}
