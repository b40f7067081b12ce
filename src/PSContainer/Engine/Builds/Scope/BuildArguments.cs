using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Language;

namespace PSContainer.Engine.Builds.Scope;

/// <summary>
/// The values of a build's ARGs: what the caller gave, what stands before the first FROM, and those that every build has
/// (docs.docker.com/reference/dockerfile, "ARG").
/// </summary>
internal sealed class BuildArguments
{
    // Known without an ARG, and no reason to build anew: where the proxy is says nothing of what comes through it.
    private static readonly string[] s_proxies =
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"];

    /// <summary>The variable that makes a build reproducible (reproducible-builds.org/specs/source-date-epoch).</summary>
    public const string Epoch = "SOURCE_DATE_EPOCH";

    private readonly IReadOnlyDictionary<string, string> _given;
    private readonly Dictionary<string, string?> _global = [];
    private readonly HashSet<string> _used = [];

    public BuildArguments(IReadOnlyDictionary<string, string> given, Containerfile file)
    {
        _given = given;
        string here = Platform.Here.ToString();
        foreach (string side in (string[])["TARGET", "BUILD"])
        {
            _global[side + "PLATFORM"] = here;
            _global[side + "OS"] = Platform.Here.Os;
            _global[side + "ARCH"] = Platform.Here.Architecture;
            _global[side + "VARIANT"] = Platform.Here.Variant ?? "";
        }
        foreach (ArgInstruction line in file.Arguments)
        {
            var expansion = new Expansion(line.Place, file.Escape, Global);
            foreach ((string name, string? @default) in line.Arguments)
            {
                string? value = Given(name) ?? (@default is null ? Global(name) : expansion.Text(@default));
                _global[name] = value;
            }
        }
    }

    /// <summary>As FROM sees it.</summary>
    public string? Global(string name) => _global.GetValueOrDefault(name);

    /// <summary>The value of an ARG in a stage; null where it has none.</summary>
    public string? InStage(string name, Func<string>? @default) => Given(name) ?? (@default is null ? Global(name) : @default());

    /// <summary>Proxies that were given, for RUN.</summary>
    public IEnumerable<(string Name, string Value)> Proxies => s_proxies.Where(_given.ContainsKey).Select(name => (name, _given[name]));

    /// <summary>What was given and no ARG asked for: mostly a misspelling.</summary>
    public IEnumerable<string> Unused => _given.Keys.Where(name => !_used.Contains(name) && !s_proxies.Contains(name) && name != Epoch).Order(StringComparer.Ordinal);

    private string? Given(string name)
    {
        if (!_given.TryGetValue(name, out string? value)) return null;
        _used.Add(name);
        return value;
    }
}
