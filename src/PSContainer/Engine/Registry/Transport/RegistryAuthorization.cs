using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Engine.Registry.Credentials;

namespace PSContainer.Engine.Registry.Transport;

/// <summary>
/// Answers a registry's challenges: with a token from the server that it names (distribution's token and OAuth 2 specifications),
/// or with a password. Credentials are looked up only when they are asked for.
/// </summary>
/// <param name="exchange">Sends one request as it is, without following anything.</param>
internal sealed class RegistryAuthorization(string registry, string repository, RegistryOptions options, RegistryFailures failures,
    Func<RegistryRequest, Uri, AuthenticationHeaderValue?, CancellationToken, Task<RegistryResponse>> exchange)
{
    private const int LongestToken = 1024 * 1024;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _isLookedUp;

    /// <summary>What goes with each request to the registry, and to no other host.</summary>
    public AuthenticationHeaderValue? Current { get; private set; }

    public RegistryCredential? Credential { get; private set; }

    /// <summary>Makes of a challenge what answers it.</summary>
    /// <param name="sent">What the request that was challenged had: if somebody else has got better meanwhile, that is tried.</param>
    /// <param name="actions">"pull" or "pull,push", where the challenge does not say itself what for.</param>
    /// <returns>False where there is nothing to answer with.</returns>
    public async Task<bool> Answer(Uri origin, IEnumerable<AuthenticationHeaderValue> challenges, AuthenticationHeaderValue? sent, string actions, CancellationToken cancel)
    {
        AuthChallenge[] wanted = [.. challenges.Select(AuthChallenge.Parse)];
        await _gate.WaitAsync(cancel);
        try
        {
            if (!Equals(Current, sent)) return true;
            AuthChallenge? bearer = wanted.FirstOrDefault(challenge => challenge.IsBearer);
            if (bearer is null && (sent is not null || !wanted.Any(challenge => challenge.IsBasic))) return false;
            if (!_isLookedUp) Credential = options.Credential ?? options.CredentialFiles.Select(file => new CredentialFile(file).Find(registry, repository, cancel)).FirstOrDefault(found => found is not null);
            _isLookedUp = true;
            if (bearer is not null)
            {
                Current = new AuthenticationHeaderValue("Bearer", Credential?.RegistryToken ?? await Token(origin, bearer, actions, cancel));
                return true;
            }
            if (Credential is null) return false;
            Current = Credential.Basic;
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<string> Token(Uri origin, AuthChallenge challenge, string actions, CancellationToken cancel)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out Uri? realm) || realm.Scheme is not ("http" or "https")) throw failures.AnswerInvalid("it asks for a token and does not say from where");
        // It is the registry that names this server, so whoever trusts the one with a password does so with the other; but not in the clear.
        if (realm.Scheme == "http" && (origin.Scheme == "https" || !(options.AllowUnencrypted || RegistryAddress.IsOnThisMachine(realm))))
            throw failures.RedirectRefused("it wants tokens to be had by plain HTTP");

        string[] scopes = (challenge["scope"] ?? $"repository:{repository}:{actions}").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool isExchange = Credential?.IdentityToken is { Length: > 0 };
        RegistryRequest request = isExchange ? Exchange(challenge["service"], scopes) : Get(realm, challenge["service"], scopes);
        using RegistryResponse response = await exchange(request, isExchange ? realm : new Uri(request.Target), isExchange || Credential is null ? null : Credential.Basic, cancel);
        if (!response.IsSuccess) throw await failures.Of(response, request, cancel);
        byte[] content = await response.ReadAll(LongestToken, cancel) ?? throw failures.AnswerInvalid("its token has no end");
        try
        {
            using JsonDocument document = JsonDocument.Parse(content);
            string token = document.RootElement.Text("token") ?? document.RootElement.Text("access_token") ?? "";
            if (token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~')) return token;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // As one without a token.
        }
        throw failures.AnswerInvalid("the answer to a request for a token holds none");
    }

    private static RegistryRequest Get(Uri realm, string? service, string[] scopes)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        void Add(string name, string value) => query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        if (service is { Length: > 0 }) Add("service", service);
        foreach (string scope in scopes) Add("scope", scope);
        return new RegistryRequest(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri.AbsoluteUri, "a token");
    }

    private RegistryRequest Exchange(string? service, string[] scopes)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = Credential!.IdentityToken!,
            ["client_id"] = "pscontainer",
            ["service"] = service ?? "",
            ["scope"] = string.Join(' ', scopes),
        };
        return new RegistryRequest(HttpMethod.Post, "", "a token") { Body = _ => new FormUrlEncodedContent(form) };
    }
}
