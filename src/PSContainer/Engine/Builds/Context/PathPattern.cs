using System.Text;
using System.Text.RegularExpressions;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Context;

/// <summary>
/// A pattern for paths as Go's filepath.Match has it ('*' and '?' stop at '/', classes, escapes), and docker's '**' for any number of
/// folders. What it costs to match grows with the path alone, whoever wrote the pattern.
/// </summary>
internal sealed class PathPattern
{
    private readonly Regex _expression;

    /// <param name="pattern">Relative, with '/' between its parts.</param>
    /// <exception cref="FormatException">A class that never ends, or holds nothing.</exception>
    public PathPattern(string pattern)
    {
        Text = pattern;
        try
        {
            _expression = new Regex(Expression(pattern), RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException broken)
        {
            throw new FormatException($"'{Printable.Of(pattern)}' is no pattern", broken);
        }
    }

    public string Text { get; }

    /// <summary>Whether it stands for more than the one path that it is.</summary>
    public static bool IsWild(string pattern) => pattern.AsSpan().ContainsAny("*?[\\");

    public bool Matches(string path) => _expression.IsMatch(path);

    /// <summary>The path without "." and ".." and doubled slashes, relative to the root, which ".." does not leave.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..") parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part != ".") parts.Add(part);
        }
        return string.Join('/', parts);
    }

    private static string Expression(string pattern)
    {
        var expression = new StringBuilder("\\A");
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '*' && i + 1 < pattern.Length && pattern[i + 1] == '*')
            {
                i++;
                // "**/" is any number of folders, none among them.
                if (i + 1 < pattern.Length && pattern[i + 1] == '/') i++;
                expression.Append(i + 1 == pattern.Length ? ".*" : "(.*/)?");
            }
            else if (c == '*') expression.Append("[^/]*");
            else if (c == '?') expression.Append("[^/]");
            else if (c == '[') i = Class(pattern, i, expression);
            else expression.Append(Regex.Escape((c == '\\' && i + 1 < pattern.Length ? pattern[++i] : c).ToString()));
        }
        return expression.Append("\\z").ToString();
    }

    private static int Class(string pattern, int start, StringBuilder expression)
    {
        int i = start + 1;
        expression.Append('[');
        if (i < pattern.Length && pattern[i] == '^')
        {
            expression.Append('^');
            i++;
        }
        for (int first = i; i < pattern.Length && pattern[i] != ']'; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length) c = pattern[++i];
            else if (c == '-' && i > first)
            {
                expression.Append('-');
                continue;
            }
            expression.Append("[]\\^-".Contains(c) ? $"\\{c}" : c.ToString());
        }
        if (i >= pattern.Length) throw new FormatException($"'{Printable.Of(pattern)}' has a '[' without ']'");
        expression.Append(']');
        return i;
    }
}
