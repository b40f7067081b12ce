using System.Net.Http.Headers;
using System.Text;

namespace PSContainer.Engine.Registry.Credentials;

/// <summary>Who somebody is to a registry. No member but the user's name is ever shown; there is no ToString that could.</summary>
public sealed class RegistryCredential
{
    /// <param name="user">As one types it at a login.</param>
    /// <param name="password">Or an access token, where the registry makes such.</param>
    /// <param name="source">Where it is from, for errors: "-Credential", "/root/.docker/config.json".</param>
    public RegistryCredential(string user, string password, string source) => (User, Password, Source) = (user, password, source);

    public string User { get; }

    public string Source { get; }

    /// <summary>What takes the password's place after some logins: it is exchanged for tokens (OAuth 2, RFC 6749 section 6).</summary>
    internal string? IdentityToken { get; init; }

    /// <summary>A token that is presented as it is.</summary>
    internal string? RegistryToken { get; init; }

    internal string Password { get; }

    internal AuthenticationHeaderValue Basic => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));

    /// <summary>Whether a text of a stranger's holds something that must not be shown.</summary>
    internal bool IsIn(string text)
        => new[] { Password, IdentityToken, RegistryToken, Basic.Parameter }.Any(secret => secret is { Length: > 3 } && text.Contains(secret, StringComparison.Ordinal));

    public override string ToString() => $"{User} ({Source})";
}
