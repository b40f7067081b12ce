namespace PSContainer.Engine.Builds.Language;

/// <summary>An instruction as it stands: its lines joined, comments gone, and the documents that follow it.</summary>
/// <param name="Place">Its first line.</param>
/// <param name="Text">Without the line breaks that its escape character took away.</param>
public sealed record LogicalLine(Place Place, string Text)
{
    public IReadOnlyList<Heredoc> Heredocs { get; init; } = [];
}

/// <summary>A document in the file itself: what stands between <c>&lt;&lt;NAME</c> and a line with nothing but NAME.</summary>
/// <param name="Name">The word that ends it.</param>
/// <param name="Content">Its lines, with their ends.</param>
/// <param name="Expands">Variables in it are replaced, which a quoted name prevents.</param>
/// <param name="Chomps">Written <c>&lt;&lt;-</c>: tabs that its lines begin with are none of its content.</param>
public sealed record Heredoc(string Name, string Content, bool Expands, bool Chomps)
{
    /// <summary>The content as a program or a file gets it.</summary>
    public string Body => Chomps ? string.Join('\n', Content.Split('\n').Select(line => line.TrimStart('\t'))) : Content;

    /// <summary>The opening of a document, where the word is one: <c>&lt;&lt;EOF</c>, <c>&lt;&lt;-"EOF"</c>, <c>3&lt;&lt;EOF</c>.</summary>
    public static Heredoc? Opening(string word)
    {
        int at = word.IndexOf("<<", StringComparison.Ordinal);
        if (at < 0 || word.AsSpan(0, at).ContainsAnyExceptInRange('0', '9')) return null;
        string rest = word[(at + 2)..];
        bool chomps = rest.StartsWith('-');
        if (chomps) rest = rest[1..];
        if (rest.Length == 0 || rest.Contains('<')) return null;
        string name = rest.Replace("\"", "").Replace("'", "").Replace("\\", "");
        return name.Length == 0 || name.Any(char.IsWhiteSpace) ? null : new Heredoc(name, "", name == rest, chomps);
    }
}
