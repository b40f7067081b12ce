using System.Globalization;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Steps;

/// <summary>A port of EXPOSE: "80", "80/udp", "8000-8010/tcp".</summary>
internal static class ExposedPort
{
    /// <returns>"80/tcp", one for each of a range.</returns>
    /// <exception cref="EngineException">PortInvalid.</exception>
    public static IEnumerable<string> Parse(Place place, string text)
    {
        int slash = text.IndexOf('/');
        string ports = slash < 0 ? text : text[..slash], protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        int dash = ports.IndexOf('-');
        bool isRange = Number(dash < 0 ? ports : ports[..dash], out ushort first) & Number(dash < 0 ? ports : ports[(dash + 1)..], out ushort last);
        if (!isRange || last < first || protocol is not ("tcp" or "udp" or "sctp"))
            throw place.Error("PortInvalid", Reason.InvalidInput, $"'{Printable.Of(text)}' is no port.", "Write 80, 80/udp or 8000-8010; ports are 1 to 65535.");
        return Enumerable.Range(first, last - first + 1).Select(port => $"{port}/{protocol}");
    }

    private static bool Number(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
}
