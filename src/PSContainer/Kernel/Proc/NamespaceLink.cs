using System.Buffers.Text;

namespace PSContainer.Kernel.Proc;

/// <summary>
/// The text that stands for a namespace wherever the kernel shows one (namespaces(7)): in the links of /proc/PID/ns and
/// /proc/PID/fd, and as the root of a mount of nsfs.
/// </summary>
/// <example>net:[4026531833]</example>
public static class NamespaceLink
{
    /// <summary>Longer than any such text: a link that fills a buffer of this size is not one.</summary>
    public const int LongestText = 48;

    /// <summary>Splits the text. Everything else that a link can show ("/dev/null", "socket:[71]", "pipe:[9]") is told apart by its kind.</summary>
    /// <param name="kind">The part before the colon, as in "net"; it may be no namespace's.</param>
    /// <param name="inode">The namespace's number.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> kind, out ulong inode)
    {
        kind = default;
        inode = 0;
        // "net:[1]" is the shortest; a path starts with a slash.
        if (text.Length < 7 || text[^1] != (byte)']' || text[0] == (byte)'/')
            return false;
        var bracket = text.IndexOf((byte)'[');
        if (bracket < 2 || text[bracket - 1] != (byte)':')
            return false;
        var digits = text[(bracket + 1)..^1];
        if (!Utf8Parser.TryParse(digits, out inode, out var used) || used != digits.Length)
            return false;
        kind = text[..(bracket - 1)];
        return true;
    }
}
