using System.Text;
using System.Text.RegularExpressions;

namespace PSContainer.Engine.Builds.Language;

/// <summary>A shell's pattern as ${name#pattern} has it: '*', '?' and escapes.</summary>
internal sealed class ShellPattern(string pattern)
{
    public string TrimStart(string value, bool longest) => Expression(longest, "^", "").Replace(value, "", 1);

    public string TrimEnd(string value, bool longest)
    {
        if (longest) return Expression(longest: true, "", "$").Replace(value, "", 1);
        // The leftmost match is the longest one at the end: the shortest is sought from behind.
        Regex whole = Expression(longest: false, "^", "$");
        for (int start = value.Length; start >= 0; start--)
            if (whole.IsMatch(value[start..])) return value[..start];
        return value;
    }

    public string Replace(string value, string replacement, bool all)
        => pattern.Length == 0 ? value : Expression(longest: true, "", "").Replace(value, _ => replacement, all ? -1 : 1);

    private Regex Expression(bool longest, string before, string after)
    {
        var expression = new StringBuilder(before);
        for (int i = 0; i < pattern.Length; i++)
        {
            expression.Append(pattern[i] switch
            {
                '*' => longest ? ".*" : ".*?",
                '?' => ".",
                '\\' when i + 1 < pattern.Length => Regex.Escape(pattern[++i].ToString()),
                var plain => Regex.Escape(plain.ToString()),
            });
        }
        return new Regex(expression.Append(after == "$" ? "\\z" : after).ToString(), RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }
}
