using System.Text;

namespace PSContainer.Engine.Builds.Language;

/// <summary>
/// Splits a Containerfile into instructions: comments, lines that go on, the directives at its top, and documents
/// (docs.docker.com/reference/dockerfile, "Format", "Parser directives", "Here-documents").
/// </summary>
internal sealed class LineReader(string file, string text)
{
    private static readonly HashSet<string> s_withDocuments = new(StringComparer.OrdinalIgnoreCase) { "RUN", "COPY", "ADD" };

    private readonly string[] _lines = text.TrimStart('\uFEFF').Split('\n');
    private int _next;

    /// <summary>What takes a line break, or a character's meaning, away: a backslash unless the file's top says otherwise.</summary>
    public char Escape { get; private set; } = '\\';

    /// <exception cref="EngineException">ContainerfileInvalid, HeredocUnterminated.</exception>
    public List<LogicalLine> Read()
    {
        ReadDirectives();
        var instructions = new List<LogicalLine>();
        while (_next < _lines.Length)
        {
            var place = new Place(file, _next + 1);
            string first = Line(_next++).TrimStart();
            if (first.Length == 0 || first[0] == '#') continue;
            string whole = Join(first).Trim();
            if (whole.Length > 0) instructions.Add(new LogicalLine(place, whole) { Heredocs = ReadDocuments(place, whole) });
        }
        return instructions;
    }

    private string Line(int index) => _lines[index].TrimEnd('\r');

    // "# escape=`" counts only before everything else; a comment that is no directive ends their time.
    private void ReadDirectives()
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (; _next < _lines.Length; _next++)
        {
            string line = Line(_next).Trim();
            int equals = line.IndexOf('=');
            if (!line.StartsWith('#') || equals < 0) return;
            string name = line[1..equals].Trim(), value = line[(equals + 1)..].Trim();
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c))) return;
            var place = new Place(file, _next + 1);
            // "syntax" names a program that would read the file in our place, and "check" rules of style: neither is ours.
            if (!(name.Equals("escape", StringComparison.OrdinalIgnoreCase) || name.Equals("syntax", StringComparison.OrdinalIgnoreCase) || name.Equals("check", StringComparison.OrdinalIgnoreCase))) return;
            if (!seen.Add(name)) throw place.Syntax($"the directive '{name}' stands here for the second time.", "Leave one of the two out.");
            if (!name.Equals("escape", StringComparison.OrdinalIgnoreCase)) continue;
            if (value is not ("\\" or "`")) throw place.Syntax($"'{value}' can't be the escape character.", "It is '\\' or '`'.");
            Escape = value[0];
        }
    }

    // Comments and empty lines in the midst of an instruction are passed over.
    private string Join(string first)
    {
        var whole = new StringBuilder();
        bool goesOn = Append(whole, first);
        while (goesOn && _next < _lines.Length)
        {
            string line = Line(_next++), bare = line.TrimStart();
            if (bare.Length > 0 && bare[0] != '#') goesOn = Append(whole, line);
        }
        return whole.ToString();
    }

    /// <summary>True where the line ends in one escape character (two are an escaped one), with nothing but blanks after it.</summary>
    private bool Append(StringBuilder whole, string line)
    {
        string bare = line.TrimEnd(' ', '\t');
        bool goesOn = bare.EndsWith(Escape) && (bare.Length == 1 || bare[^2] != Escape);
        whole.Append(goesOn ? bare[..^1] : line);
        return goesOn;
    }

    private List<Heredoc> ReadDocuments(Place place, string instruction)
    {
        var documents = new List<Heredoc>();
        int space = instruction.AsSpan().IndexOfAny(' ', '\t');
        if (space < 0 || !s_withDocuments.Contains(instruction[..space]) || !instruction.Contains("<<", StringComparison.Ordinal)) return documents;
        InstructionFlags.Take(instruction[space..], out string rest);
        if (CommandLine.TryParseList(place, rest) is not null) return documents;
        foreach (Heredoc opening in Words.Split(rest, Escape).Select(Heredoc.Opening).OfType<Heredoc>()) documents.Add(ReadDocument(place, opening));
        return documents;
    }

    private Heredoc ReadDocument(Place place, Heredoc opening)
    {
        var content = new StringBuilder();
        while (_next < _lines.Length)
        {
            string line = Line(_next), end = opening.Chomps ? line.TrimStart('\t') : line;
            _next++;
            if (end == opening.Name) return opening with { Content = content.ToString() };
            content.Append(_lines[_next - 1]).Append('\n');
        }
        throw place.Error("HeredocUnterminated", Reason.InvalidInput, $"the document <<{opening.Name} never ends.", $"Put '{opening.Name}' on a line of its own after it.");
    }
}
