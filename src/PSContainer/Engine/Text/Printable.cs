namespace PSContainer.Engine.Text;

/// <summary>What comes from strangers, as it may be printed.</summary>
public static class Printable
{
    /// <summary>Control characters as \xNN: paths and names go to terminals, which would obey them.</summary>
    public static string Of(string text)
    {
        if (!text.Any(c => char.IsControl(c) || c is '\u202E' or '\u2066' or '\u2067' or '\u2068')) return text;
        return string.Concat(text.Select(c => char.IsControl(c) || c > '\u2000' ? $"\\x{(int)c:x2}" : c.ToString()));
    }
}
