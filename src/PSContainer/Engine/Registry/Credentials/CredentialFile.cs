using System.Text;
using System.Text.Json;
using PSContainer.Engine.Images;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Registry.Credentials;

/// <summary>
/// What docker login and podman login leave: docker's config.json, and containers-auth.json(5), which is the same with keys that
/// may name a repository. It is only read.
/// </summary>
public sealed class CredentialFile(string path)
{
    // docker keeps Docker Hub's under the address of an interface that is gone.
    private const string HubKey = "https://index.docker.io/v1/";
    private const int LongestFile = 1024 * 1024;

    /// <summary>Where they are kept: podman's first, then docker's.</summary>
    public static IReadOnlyList<string> Known()
    {
        string home = Variable("HOME") ?? "/";
        return
        [
            Variable("REGISTRY_AUTH_FILE") ?? Path.Combine(Variable("XDG_RUNTIME_DIR") ?? "/run", Variable("XDG_RUNTIME_DIR") is null ? "containers/0/auth.json" : "containers/auth.json"),
            Path.Combine(Variable("XDG_CONFIG_HOME") ?? Path.Combine(home, ".config"), "containers/auth.json"),
            Path.Combine(Variable("DOCKER_CONFIG") ?? Path.Combine(home, ".docker"), "config.json"),
        ];
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>null where the file knows nothing of this registry, or there is no file.</summary>
    /// <exception cref="EngineException">CredentialFileInvalid, CredentialHelperFailed.</exception>
    public RegistryCredential? Find(string registry, string repository, CancellationToken cancel)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) return null;
            if (file.Length > LongestFile) throw new FormatException();
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Find(document.RootElement, registry, repository, cancel);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException or IOException)
        {
            // Its own words stay out of this: what is broken may be the secret.
            throw new EngineException("CredentialFileInvalid", Reason.Corrupt, $"'{path}' can't be read as credentials for registries.",
                "Put it right, or sign in anew with docker login or podman login; -Credential leaves the file out.");
        }
    }

    private RegistryCredential? Find(JsonElement json, string registry, string repository, CancellationToken cancel)
    {
        string key = registry == ImageReference.DefaultRegistry ? HubKey : registry;
        string? helper = json.Has("credHelpers") is { } helpers ? Member(helpers, registry, name => helpers.Text(name)) : null;
        if ((helper ?? json.Text("credsStore")) is { Length: > 0 } program && CredentialHelper.Get(program, key, cancel) is { } held) return held;
        return json.Has("auths") is { } auths ? Scopes(registry, repository).Select(scope => Member(auths, scope, name => Read(auths.GetProperty(name)))).FirstOrDefault(found => found is not null) : null;
    }

    // "registry/team/app", "registry/team", "registry": the closest one counts (containers-auth.json(5)).
    private static IEnumerable<string> Scopes(string registry, string repository)
    {
        string scope = registry + "/" + repository;
        for (int slash; (slash = scope.LastIndexOf('/')) > 0; scope = scope[..slash]) yield return scope;
        yield return registry;
    }

    // Keys have been written as a host, as an address, and with the version of the interface behind.
    private static T? Member<T>(JsonElement members, string scope, Func<string, T?> read) where T : class
        => members.EnumerateObject().Where(member => Plain(member.Name) == scope).Select(member => read(member.Name)).FirstOrDefault(found => found is not null);

    private static string Plain(string key)
    {
        int scheme = key.IndexOf("://", StringComparison.Ordinal);
        string plain = (scheme < 0 ? key : key[(scheme + 3)..]).TrimEnd('/');
        if (plain.EndsWith("/v1", StringComparison.Ordinal) || plain.EndsWith("/v2", StringComparison.Ordinal)) plain = plain[..^3];
        return plain is "index.docker.io" or "registry-1.docker.io" ? ImageReference.DefaultRegistry : plain;
    }

    private RegistryCredential? Read(JsonElement entry)
    {
        string user = entry.Text("username") ?? "", password = entry.Text("password") ?? "";
        if (entry.Text("auth") is { Length: > 0 } auth)
        {
            string pair = Encoding.UTF8.GetString(Convert.FromBase64String(auth)).TrimEnd('\0');
            int colon = pair.IndexOf(':');
            if (colon < 0) throw new FormatException();
            (user, password) = (pair[..colon], pair[(colon + 1)..]);
        }
        string? identity = entry.Text("identitytoken"), token = entry.Text("registrytoken");
        if (user.Length == 0 && string.IsNullOrEmpty(identity) && string.IsNullOrEmpty(token)) return null;
        return new RegistryCredential(user, password, path) { IdentityToken = identity, RegistryToken = token };
    }
}
