using System.Text;

namespace PSContainer.Engine.Builds.Language;

/// <summary>Splits an instruction's rest at blanks; quotes and escapes keep words together, and stay, because expansion reads them.</summary>
internal static class Words
{
    public static List<string> Split(string text, char escape)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool isWord = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (isWord) words.Add(word.ToString());
                word.Clear();
                isWord = false;
                continue;
            }
            isWord = true;
            if (c == escape && quote != '\'')
            {
                // One at the very end escapes nothing.
                if (i + 1 < text.Length) word.Append(c).Append(text[++i]);
                continue;
            }
            if (quote == '\0' && c is '"' or '\'') quote = c;
            else if (c == quote) quote = '\0';
            word.Append(c);
        }
        if (isWord) words.Add(word.ToString());
        return words;
    }
}
