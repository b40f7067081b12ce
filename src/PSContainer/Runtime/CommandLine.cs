using PSContainer.Engine;

namespace PSContainer.Runtime;

/// <summary>The command line: words in order, with options (--name VALUE, --name=VALUE, --flag) picked out on request.</summary>
internal sealed class CommandLine(string[] arguments)
{
    private static readonly string[] Flags = ["version", "detach", "force", "all", "quiet", "tty", "new", "attach"];
    private static readonly Dictionary<string, string> Short = new()
    {
        ["-b"] = "bundle", ["-d"] = "detach", ["-f"] = "force", ["-a"] = "all", ["-q"] = "quiet", ["-t"] = "tty", ["-e"] = "env", ["-u"] = "user", ["-p"] = "process",
    };

    private readonly Dictionary<string, List<string>> _options = [];
    private int _at;

    /// <summary>The next word that is no option, or null. Options met on the way are kept.</summary>
    public string? Next()
    {
        while (_at < arguments.Length)
        {
            string word = arguments[_at++];
            if (!word.StartsWith('-') || word == "-") return word;
            if (word == "--") return _at < arguments.Length ? arguments[_at++] : null;
            Take(word);
        }
        return null;
    }

    public string Required(string what)
        => Next() ?? throw new EngineException("ArgumentMissing", Reason.InvalidInput, $"The command line lacks {what}.", "'pscontainer help' shows how it goes.");

    /// <summary>All that is left, untouched; a leading "--" is dropped.</summary>
    public string[] Rest()
    {
        if (_at < arguments.Length && arguments[_at] == "--") _at++;
        string[] rest = arguments[_at..];
        _at = arguments.Length;
        return rest;
    }

    /// <summary>Reads the options that stand before the next word, so that they can be asked for.</summary>
    public void TakeOptions()
    {
        while (_at < arguments.Length && arguments[_at].StartsWith('-') && arguments[_at] is not ("-" or "--")) Take(arguments[_at++]);
    }

    public bool Flag(string name)
    {
        TakeOptions();
        return _options.ContainsKey(name);
    }

    public string? Value(string name)
    {
        TakeOptions();
        return _options.TryGetValue(name, out List<string>? values) ? values[^1] : null;
    }

    /// <summary>A descriptor that the caller has handed over, by its number; null where none was.</summary>
    /// <exception cref="EngineException">ArgumentMissing.</exception>
    public int? Descriptor(string name)
    {
        if (Value(name) is not { } number) return null;
        return int.TryParse(number, out int descriptor) && descriptor >= 0
            ? descriptor
            : throw new EngineException("ArgumentMissing", Reason.InvalidInput, $"The option --{name} wants the number of a descriptor.");
    }

    public IReadOnlyList<string> Values(string name)
    {
        TakeOptions();
        return _options.TryGetValue(name, out List<string>? values) ? values : [];
    }

    private void Take(string word)
    {
        string name, value = "";
        int equals = word.IndexOf('=');
        if (!word.StartsWith("--", StringComparison.Ordinal)) name = Short.GetValueOrDefault(word) ?? throw Unknown(word);
        else if (equals > 0) (name, value) = (word[2..equals], word[(equals + 1)..]);
        else name = word[2..];
        if (equals < 0 && !Flags.Contains(name))
            value = _at < arguments.Length ? arguments[_at++] : throw new EngineException("ArgumentMissing", Reason.InvalidInput, $"The option {word} wants a value.");
        if (!_options.TryGetValue(name, out List<string>? values)) _options[name] = values = [];
        values.Add(value);
    }

    private static EngineException Unknown(string word)
        => new("OptionUnknown", Reason.InvalidInput, $"'{word}' is no option of pscontainer.", "'pscontainer help' lists them.");
}
