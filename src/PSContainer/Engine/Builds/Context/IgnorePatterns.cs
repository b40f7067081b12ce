using System.Text;
using PSContainer.Engine.Builds.Language;

namespace PSContainer.Engine.Builds.Context;

/// <summary>
/// A .containerignore or .dockerignore: what of the context a build does not see (docs.docker.com/build/concepts/context). The last
/// pattern that matches a path, or a folder above it, decides; one that begins with '!' takes it back in.
/// </summary>
public sealed class IgnorePatterns
{
    private const int LargestFile = 1 << 20;

    private readonly List<(PathPattern Pattern, bool TakesBack)> _patterns = [];

    public static IgnorePatterns None { get; } = new();

    private IgnorePatterns()
    {
    }

    /// <summary>The names it may have, for a Containerfile of this name; the first that is there counts.</summary>
    public static IReadOnlyList<string> Names(string containerfile) => [containerfile + ".containerignore", containerfile + ".dockerignore", ".containerignore", ".dockerignore"];

    /// <exception cref="EngineException">IgnoreFileInvalid.</exception>
    public static IgnorePatterns Parse(ReadOnlySpan<byte> content, string file)
    {
        if (content.Length > LargestFile)
            throw new EngineException("IgnoreFileInvalid", Reason.InvalidInput, $"{file} has {content.Length} bytes.", "List patterns in it, a line each.");
        return Parse(Encoding.UTF8.GetString(content), file);
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, string)"/>
    public static IgnorePatterns Parse(string content, string file)
    {
        var patterns = new IgnorePatterns();
        int number = 0;
        foreach (string raw in content.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            // A comment begins at the line's first character, docker says.
            string line = raw.StartsWith('#') ? "" : raw.Trim();
            if (line.Length == 0) continue;
            bool takesBack = line[0] == '!';
            string pattern = PathPattern.Clean(takesBack ? line[1..].Trim() : line);
            if (takesBack && line.Length == 1)
                throw new Place(file, number).Error("IgnoreFileInvalid", Reason.InvalidInput, "a '!' stands alone.", "Write the pattern after it that takes something back in.");
            if (pattern.Length == 0) continue;
            try
            {
                patterns._patterns.Add((new PathPattern(pattern), takesBack));
            }
            catch (FormatException broken)
            {
                throw new Place(file, number).Error("IgnoreFileInvalid", Reason.InvalidInput, $"{broken.Message}.", "Write it as docker's patterns: *, ?, [a-z], **.", broken);
            }
        }
        return patterns;
    }

    public bool IsEmpty => _patterns.Count == 0;

    /// <summary>Some pattern takes paths back in: what is below an ignored folder must be looked at.</summary>
    public bool TakesBack => _patterns.Any(pattern => pattern.TakesBack);

    /// <param name="path">Relative to the context, with '/' between its parts.</param>
    public bool Ignores(string path)
    {
        bool ignored = false;
        foreach ((PathPattern pattern, bool takesBack) in _patterns)
            if (takesBack == ignored && MatchesOrAbove(pattern, path)) ignored = !takesBack;
        return ignored;
    }

    private static bool MatchesOrAbove(PathPattern pattern, string path)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
            if (pattern.Matches(path[..end])) return true;
        return false;
    }
}
