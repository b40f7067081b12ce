namespace PSContainer.Engine.Builds.Scope;

/// <summary>What an instruction's $NAME means where it stands: the image's ENV, which stands above ARG of the same name.</summary>
internal sealed class StageVariables
{
    private readonly List<(string Name, string Value)> _env;
    private readonly Dictionary<string, string> _arguments;

    /// <param name="env">The base image's, "NAME=value"; what has no '=' says nothing.</param>
    public StageVariables(IEnumerable<string> env)
    {
        _env = [.. env.Where(pair => pair.IndexOf('=') > 0).Select(pair => (pair[..pair.IndexOf('=')], pair[(pair.IndexOf('=') + 1)..]))];
        _arguments = [];
    }

    public string? Value(string name)
    {
        int at = _env.FindLastIndex(pair => pair.Name == name);
        return at >= 0 ? _env[at].Value : _arguments.GetValueOrDefault(name);
    }

    public void SetEnv(string name, string value)
    {
        int at = _env.FindIndex(pair => pair.Name == name);
        if (at >= 0) _env[at] = (name, value);
        else _env.Add((name, value));
    }

    public void SetArgument(string name, string? value)
    {
        if (value is null) _arguments.Remove(name);
        else _arguments[name] = value;
    }

    /// <summary>For the image's configuration.</summary>
    public IReadOnlyList<string> Env => [.. _env.Select(pair => $"{pair.Name}={pair.Value}")];

    /// <summary>ARGs that hold, sorted: a RUN sees them, and is another when they differ.</summary>
    public IReadOnlyList<(string Name, string Value)> Arguments
        => [.. _arguments.Where(pair => !_env.Any(env => env.Name == pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value))];

    /// <summary>What a RUN's program gets.</summary>
    public IReadOnlyDictionary<string, string> ForRun(IEnumerable<(string Name, string Value)> proxies)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in proxies.Concat(_arguments.Select(pair => (pair.Key, pair.Value))).Concat(_env)) all[name] = value;
        return all;
    }
}
