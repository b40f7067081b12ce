using System.Net.Http.Headers;
using System.Text;

namespace PSContainer.Engine.Registry.Transport;

/// <summary>
/// What a registry wants with a 401: <c>Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="…"</c>
/// or <c>Basic realm="…"</c> (RFC 9110 section 11.6.1).
/// </summary>
internal sealed record AuthChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    public string? this[string name] => Parameters.TryGetValue(name, out string? value) ? value : null;

    public static AuthChallenge Parse(AuthenticationHeaderValue header)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string text = header.Parameter ?? "";
        for (int i = 0; i < text.Length;)
        {
            int equals = text.IndexOf('=', i);
            if (equals < 0) break;
            string name = text[i..equals].Trim(' ', ',');
            string value = Value(text, equals + 1, out i);
            parameters[name] = value;
        }
        return new AuthChallenge(header.Scheme, parameters);
    }

    // A token up to the comma, or a quoted string in which a backslash takes the next character as it is.
    private static string Value(string text, int start, out int end)
    {
        while (start < text.Length && text[start] == ' ') start++;
        if (start >= text.Length || text[start] != '"')
        {
            end = text.IndexOf(',', start);
            if (end < 0) end = text.Length;
            return text[start..end].Trim();
        }
        var value = new StringBuilder();
        for (end = start + 1; end < text.Length && text[end] != '"'; end++)
        {
            if (text[end] == '\\' && end + 1 < text.Length) end++;
            value.Append(text[end]);
        }
        end = Math.Min(end + 1, text.Length);
        return value.ToString();
    }
}
