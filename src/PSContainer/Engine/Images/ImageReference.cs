using PSContainer.Engine.Blobs;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Images;

/// <summary>
/// An image's name as docker reads it: <c>[registry/]repository[:tag][@digest]</c>. "ubuntu" is docker.io/library/ubuntu:latest.
/// </summary>
public sealed record ImageReference
{
    public const string DefaultRegistry = "docker.io", DefaultTag = "latest";
    private const int LongestName = 255, LongestTag = 128;

    /// <summary>Host and port, "docker.io" where none was given.</summary>
    public required string Registry { get; init; }

    /// <summary>The path below it, such as "library/ubuntu".</summary>
    public required string Repository { get; init; }

    /// <summary>null only where a digest is given without one.</summary>
    public string? Tag { get; init; }

    public Digest? Digest { get; init; }

    /// <summary>The whole name, as it stands in the index: "docker.io/library/ubuntu:latest".</summary>
    public string FullName => $"{Registry}/{Repository}{Suffix}";

    /// <summary>As a person writes it: "ubuntu:latest".</summary>
    public string ShortName
    {
        get
        {
            string repository = Repository.StartsWith("library/", StringComparison.Ordinal) && Repository.IndexOf('/') == Repository.LastIndexOf('/') ? Repository["library/".Length..] : Repository;
            return Registry == DefaultRegistry ? repository + Suffix : FullName;
        }
    }

    private string Suffix => Digest is { } digest ? "@" + digest : ":" + Tag;

    /// <exception cref="EngineException">ImageNameInvalid, DigestInvalid.</exception>
    public static ImageReference Parse(string text)
    {
        string rest = text;
        Digest? digest = null;
        string? tag = null;
        int at = rest.IndexOf('@');
        if (at >= 0)
        {
            digest = Blobs.Digest.Parse(rest[(at + 1)..]);
            rest = rest[..at];
        }
        int colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
            if (!IsTag(tag)) throw Invalid(text, $"the tag '{Shown(tag)}' is not one", $"A tag is letters, digits, '_', '.' and '-', at most {LongestTag}, and does not begin with '.' or '-'.");
        }

        int slash = rest.IndexOf('/');
        string first = slash < 0 ? "" : rest[..slash];
        bool hasRegistry = first == "localhost" || first.AsSpan().ContainsAny('.', ':');
        string registry = hasRegistry ? first : DefaultRegistry;
        string repository = hasRegistry ? rest[(slash + 1)..] : rest;
        if (registry is "index.docker.io" or "registry-1.docker.io") registry = DefaultRegistry;
        if (registry == DefaultRegistry && !repository.Contains('/')) repository = "library/" + repository;

        if (hasRegistry && !IsRegistry(first)) throw Invalid(text, $"'{Shown(first)}' is no registry", "Write it as host or host:port.");
        if (repository.Any(char.IsAsciiLetterUpper)) throw Invalid(text, "it has upper-case letters", $"Write it in lower case: '{Shown(text.ToLowerInvariant())}'.");
        if (!repository.Split('/').All(IsComponent) || registry.Length + 1 + repository.Length > LongestName)
            throw Invalid(text, "a part of it is not as it should be", "Use lower-case letters and digits, with '.', '_', '-' between them and '/' between the parts: registry/team/app:1.0.");
        if (!hasRegistry && rest.Length == 64 && !rest.AsSpan().ContainsAnyExcept("0123456789abcdef")) throw Invalid(text, "it is an image's id", "Choose a name that is none.");
        return new ImageReference { Registry = registry, Repository = repository, Tag = tag ?? (digest is null ? DefaultTag : null), Digest = digest };
    }

    /// <summary>As <see cref="Parse"/>; null where it can't be a name.</summary>
    public static ImageReference? TryParse(string text)
    {
        try
        {
            return Parse(text);
        }
        catch (EngineException)
        {
            return null;
        }
    }

    /// <summary>A name that an image can be given: one without a digest, for that is not ours to choose.</summary>
    /// <exception cref="EngineException">ImageNameInvalid, DigestInvalid.</exception>
    public static ImageReference ParseName(string text)
        => Parse(text) is { Digest: null } name ? name : throw Invalid(text, "it has a digest", "Leave out the part from '@' on.");

    public override string ToString() => ShortName;

    // [a-z0-9]+ with one '.', one or two '_', or any number of '-' between (distribution's reference grammar).
    private static bool IsComponent(string part)
    {
        if (part.Length == 0 || part.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789._-")) return false;
        for (int i = 0; i < part.Length;)
        {
            int end = i;
            while (end < part.Length && part[end] is '.' or '_' or '-') end++;
            if (end == i) { i++; continue; }
            string between = part[i..end];
            if (i == 0 || end == part.Length || (between is not ("." or "_" or "__") && between.AsSpan().ContainsAnyExcept('-'))) return false;
            i = end;
        }
        return true;
    }

    private static bool IsTag(string tag)
        => tag.Length is > 0 and <= LongestTag && tag[0] is not ('.' or '-') && !tag.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private static bool IsRegistry(string registry)
    {
        // "[::1]:5000" as well: brackets hold the colons of an IPv6 address together.
        int port = registry.LastIndexOf(':') is var colon && colon > registry.IndexOf(']') ? colon : -1;
        string host = port < 0 ? registry : registry[..port];
        if (port >= 0 && !(ushort.TryParse(registry[(port + 1)..], out ushort number) && number > 0)) return false;
        if (host.StartsWith('[')) return host.EndsWith(']') && System.Net.IPAddress.TryParse(host, out _);
        return host.Length > 0 && host.Split('.').All(part => part.Length > 0 && part[0] != '-' && part[^1] != '-' && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
    }

    private static string Shown(string text) => Printable.Of(text.Length > 80 ? text[..80] + "…" : text);

    private static EngineException Invalid(string text, string why, string advice)
        => new("ImageNameInvalid", Reason.InvalidInput, $"'{Shown(text)}' can't be an image's name: {why}.", advice);
}
