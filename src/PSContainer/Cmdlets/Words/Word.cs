using System.Text;

namespace PSContainer.Cmdlets.Words;

/// <summary>One word of a command line: pieces that stand for themselves, and pieces in which a shell finds wildcards.</summary>
internal sealed class Word
{
    private readonly (string Text, bool IsBare)[] _pieces;

    private Word((string, bool)[] pieces) => _pieces = pieces;

    /// <summary>What it is, to the letter.</summary>
    public static Word Plain(string text) => new([(text, false)]);

    /// <summary>Without quotes: *, ?, […] and a ~ at the beginning are the shell's.</summary>
    public static Word Bare(string text) => new([(text, true)]);

    public static Word operator +(Word one, Word other) => new([.. one._pieces, .. other._pieces]);

    public string Text => string.Concat(_pieces.Select(static piece => piece.Text));

    /// <summary>A shell has something to expand in it.</summary>
    public bool HasPattern => _pieces[0] is { IsBare: true, Text: ['~', ..] } || Array.Exists(_pieces, static piece => piece.IsBare && IsPattern(piece.Text));

    /// <summary>The word as sh reads it back (POSIX.1-2017, Shell Command Language, 2.2).</summary>
    public string ForShell()
    {
        if (!HasPattern) return Quoted(Text);
        var all = new StringBuilder();
        foreach ((string text, bool isBare) in _pieces)
        {
            if (!isBare) all.Append(Quoted(text));
            else foreach (char letter in text) all.Append(IsPattern(letter) || letter == '~' || IsSafe(letter) ? letter.ToString() : Quoted(letter.ToString()));
        }
        return all.ToString();
    }

    private static string Quoted(string text) => text.Length > 0 && text.All(IsSafe) ? text : "'" + text.Replace("'", "'\\''") + "'";

    private static bool IsPattern(string text) => text.Any(IsPattern) && text != "[" && text != "]";

    private static bool IsPattern(char letter) => letter is '*' or '?' or '[' or ']';

    private static bool IsSafe(char letter) => char.IsAsciiLetterOrDigit(letter) || "_@%+:,./-".Contains(letter);
}
