using System.Text;

namespace PSContainer.Engine.Builds.Language;

/// <summary>The <c>--name=value</c> words that an instruction's rest may begin with.</summary>
internal sealed class InstructionFlags
{
    private readonly Place _place;
    private readonly string _instruction;
    private readonly List<(string Name, string? Value)> _flags = [];

    public InstructionFlags(Place place, string instruction, IEnumerable<string> words)
    {
        (_place, _instruction) = (place, instruction);
        foreach (string word in words)
        {
            int equals = word.IndexOf('=');
            _flags.Add(equals < 0 ? (word[2..], null) : (word[2..equals], word[(equals + 1)..]));
        }
    }

    /// <summary>Parts the flags from what follows them. Quotes and backslashes in them are read here, as docker does.</summary>
    public static List<string> Take(string text, out string rest)
    {
        var flags = new List<string>();
        int i = 0;
        while (true)
        {
            while (i < text.Length && char.IsWhiteSpace(text[i])) i++;
            if (string.CompareOrdinal(text, i, "--", 0, 2) != 0) break;
            string word = Word(text, ref i);
            if (word == "--") break;
            flags.Add(word);
        }
        rest = text[i..].Trim();
        return flags;
    }

    private static string Word(string text, ref int i)
    {
        var word = new StringBuilder();
        char quote = '\0';
        for (; i < text.Length && (quote != '\0' || !char.IsWhiteSpace(text[i])); i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 < text.Length) word.Append(text[++i]);
            else if (quote == '\0' && c is '"' or '\'') quote = c;
            else if (c == quote) quote = '\0';
            else word.Append(c);
        }
        return word.ToString();
    }

    /// <summary>The value of a flag that may be given once; null where it was not.</summary>
    /// <exception cref="EngineException">FlagInvalid.</exception>
    public string? Text(string name)
    {
        (string Name, string? Value)[] given = [.. _flags.Where(flag => flag.Name == name)];
        if (given.Length > 1) throw Invalid($"--{name} of {_instruction} is given twice.", "Leave one out.");
        if (given is [(_, null or "")]) throw Invalid($"--{name} of {_instruction} has no value.", $"Write --{name}=VALUE.");
        _flags.RemoveAll(flag => flag.Name == name);
        return given is [var one] ? one.Value : null;
    }

    /// <summary>A flag that is there or not; <c>--link</c> and <c>--link=true</c> are the same.</summary>
    /// <exception cref="EngineException">FlagInvalid.</exception>
    public bool Switch(string name)
    {
        if (!_flags.Any(flag => flag.Name == name)) return false;
        string? value = _flags.Last(flag => flag.Name == name).Value;
        if (value is not (null or "true" or "false")) throw Invalid($"--{name} of {_instruction} is '{value}'.", "It is true or false.");
        _flags.RemoveAll(flag => flag.Name == name);
        return value != "false";
    }

    /// <summary>A flag that may be given several times.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        string[] values = [.. _flags.Where(flag => flag.Name == name).Select(flag => flag.Value ?? "")];
        _flags.RemoveAll(flag => flag.Name == name);
        return values;
    }

    /// <summary>What is left is known to docker, or to nobody.</summary>
    /// <exception cref="EngineException">FlagUnknown, FlagNotSupported.</exception>
    public void Finish(params ReadOnlySpan<string> notSupported)
    {
        if (_flags is not [var (name, _), ..]) return;
        if (notSupported.Contains(name))
            throw _place.Error("FlagNotSupported", Reason.NotSupported, $"--{name} of {_instruction} can't be done here.", "Leave it out, or build with docker and import the image (Import-ContainerImage).");
        throw _place.Error("FlagUnknown", Reason.InvalidInput, $"{_instruction} has no flag --{name}.", $"Flags stand before all else and are spelled as docker's: see Get-Help Build-ContainerImage.");
    }

    private EngineException Invalid(string message, string advice) => _place.Error("FlagInvalid", Reason.InvalidInput, message, advice);
}
