using System.Text;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Language;

/// <summary>
/// Replaces variables and takes quotes and escapes away, as docker does where it expands an instruction: <c>$a ${a} ${a:-b} ${a:+b}
/// ${a:?b} ${a#p} ${a##p} ${a%p} ${a%%p} ${a/p/r} ${a//p/r}</c>. Nothing is run: it is a shell's notation without the shell.
/// </summary>
public sealed class Expansion
{
    private readonly Place _place;
    private readonly char _escape;
    private readonly Func<string, string?> _value;
    private string _text = "";
    private int _next;
    private WordList _words = new();

    /// <param name="place">For errors.</param>
    /// <param name="escape">The file's escape character.</param>
    /// <param name="value">A variable's value; null where it is not set.</param>
    public Expansion(Place place, char escape, Func<string, string?> value) => (_place, _escape, _value) = (place, escape, value);

    /// <summary>One text out of one, however many blanks come in by variables.</summary>
    /// <exception cref="EngineException">VariableInvalid, VariableMissing.</exception>
    public string Text(string text)
    {
        Begin(text);
        return Until(null, keepEscapes: false);
    }

    /// <summary>The words it falls into, a variable's blanks parting them as well.</summary>
    public IReadOnlyList<string> List(string text)
    {
        Begin(text);
        Until(null, keepEscapes: false);
        return _words.Finish();
    }

    /// <summary>Quotes are characters like others, as in a document.</summary>
    public bool KeepsQuotes { get; init; }

    private void Begin(string text) => (_text, _next, _words) = (text, 0, new WordList());

    private char? Peek => _next < _text.Length ? _text[_next] : null;

    private string Until(char? stop, bool keepEscapes)
    {
        var result = new StringBuilder();
        while (Peek is { } c)
        {
            _next++;
            if (c == stop) return result.ToString();
            string part;
            if (c == '$') _words.AddSplit(part = Variable());
            else if (c == '\'' && !KeepsQuotes) _words.Add(part = Quoted());
            else if (c == '"' && !KeepsQuotes) _words.Add(part = DoubleQuoted());
            else if (c != _escape) _words.AddSplit(part = c.ToString());
            else if (Peek is not { } escaped) part = keepEscapes ? c.ToString() : "";
            else
            {
                _next++;
                _words.Add(part = keepEscapes ? $"{c}{escaped}" : escaped.ToString());
            }
            result.Append(part);
        }
        return stop is null ? result.ToString() : throw Bad($"'{stop}' is missing");
    }

    private string Quoted()
    {
        int end = _text.IndexOf('\'', _next);
        if (end < 0) throw Bad("the closing ' is missing");
        string inside = _text[_next..end];
        _next = end + 1;
        return inside;
    }

    private string DoubleQuoted()
    {
        var result = new StringBuilder();
        // What a variable holds is one word here.
        WordList outside = _words;
        _words = new WordList();
        while (Peek is { } c)
        {
            _next++;
            if (c == '"')
            {
                _words = outside;
                return result.ToString();
            }
            if (c == '$') result.Append(Variable());
            else if (c != _escape || Peek is not { } escaped) result.Append(c);
            else
            {
                if (escaped != '"' && escaped != '$' && escaped != _escape) result.Append(c);
                result.Append(escaped);
                _next++;
            }
        }
        throw Bad("the closing \" is missing");
    }

    private string Variable()
    {
        if (Peek != '{')
        {
            string bare = Name();
            return bare.Length == 0 ? "$" : _value(bare) ?? "";
        }
        _next++;
        string name = Name();
        if (name.Length == 0) throw Bad("a name is missing after '${'");
        if (Peek is not { } modifier) throw Bad("'}' is missing");
        _next++;
        return modifier == '}' ? _value(name) ?? "" : Modified(name, modifier);
    }

    private string Modified(string name, char modifier)
    {
        WordList outside = _words;
        _words = new WordList();
        string result = modifier == '/' ? Replaced(name) : Substituted(name, modifier);
        _words = outside;
        return result;
    }

    private string Substituted(string name, char modifier)
    {
        bool emptyIsUnset = modifier == ':';
        if (emptyIsUnset)
        {
            modifier = Peek ?? throw Bad("'}' is missing");
            _next++;
        }
        if (modifier is not ('-' or '+' or '?') && (emptyIsUnset || modifier is not ('#' or '%')))
            throw Bad($"'{modifier}' after '${{{name}' has no meaning");
        string? value = _value(name);
        bool isSet = value is not null && !(emptyIsUnset && value.Length == 0);
        string word = Until('}', keepEscapes: modifier is '#' or '%');
        return modifier switch
        {
            '-' => isSet ? value! : word,
            '+' => isSet ? word : "",
            '?' when isSet => value!,
            '?' => throw _place.Error("VariableMissing", Reason.InvalidInput, $"{name}: {(word.Length > 0 ? word : "it is not set")}", "Set it by ENV or ARG, or with -BuildArgument."),
            _ => Trimmed(value ?? "", modifier, word),
        };
    }

    private static string Trimmed(string value, char modifier, string pattern)
    {
        bool longest = pattern.StartsWith(modifier);
        var shell = new ShellPattern(longest ? pattern[1..] : pattern);
        return modifier == '#' ? shell.TrimStart(value, longest) : shell.TrimEnd(value, longest);
    }

    private string Replaced(string name)
    {
        bool all = Peek == '/';
        if (all) _next++;
        string pattern = Until('/', keepEscapes: true), replacement = Until('}', keepEscapes: true);
        return new ShellPattern(pattern).Replace(_value(name) ?? "", replacement, all);
    }

    // A letter or '_', then digits as well; a number; or one of the shell's own, such as $?.
    private string Name()
    {
        int start = _next;
        if (Peek is { } first && "@*#?-$!".Contains(first))
        {
            _next++;
            return first.ToString();
        }
        bool isNumber = Peek is { } digit && char.IsDigit(digit);
        while (Peek is { } c && (char.IsDigit(c) || (!isNumber && (char.IsLetter(c) || c == '_')))) _next++;
        return _text[start.._next];
    }

    private EngineException Bad(string why)
        => _place.Error("VariableInvalid", Reason.InvalidInput, $"'{Printable.Of(_text)}' can't be expanded: {why}.", "Write $NAME, ${NAME} or ${NAME:-default}, and \\$ for a dollar sign.");

    /// <summary>Words as they grow.</summary>
    private sealed class WordList
    {
        private readonly List<string> _whole = [];
        private readonly StringBuilder _word = new();
        private bool _isWord;

        public void Add(string text)
        {
            _word.Append(text);
            _isWord = true;
        }

        public void AddSplit(string text)
        {
            foreach (char c in text)
            {
                if (!char.IsWhiteSpace(c)) Add(c.ToString());
                else End();
            }
        }

        public IReadOnlyList<string> Finish()
        {
            End();
            return _whole;
        }

        private void End()
        {
            if (_isWord) _whole.Add(_word.ToString());
            _word.Clear();
            _isWord = false;
        }
    }
}
