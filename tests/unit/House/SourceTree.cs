using System.Text.RegularExpressions;

namespace PSContainer.Tests.Unit.House;

/// <summary>The house's own sources and pages, found from where the tests run.</summary>
internal static partial class SourceTree
{
    public static string Root { get; } = Find();

    /// <summary>The Engine's rooms in the order that docs/architecture.md draws, the ground floor first.</summary>
    public static IReadOnlyList<string> Floors()
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs/architecture.md"));
        Match section = FloorsSection().Match(page);
        Assert.True(section.Success, "docs/architecture.md draws no floors");
        return [.. RoomLine().Matches(section.Value).Select(line => line.Groups[1].Value).Reverse()];
    }

    /// <summary>Every source below a folder, from the root, without what builds make.</summary>
    public static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file)).Where(file => !file.Contains("/obj/") && !file.Contains("/bin/")).Order(StringComparer.Ordinal);

    public static string Read(string source) => File.ReadAllText(Path.Combine(Root, source));

    /// <summary>null where it has none.</summary>
    public static string? NamespaceOf(string text) => NamespaceLine().Match(text) is { Success: true } line ? line.Groups[1].Value : null;

    public static IEnumerable<string> Usings(string text) => UsingLine().Matches(text).Select(line => line.Groups[1].Value);

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "PSContainer.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("The tests run outside of the house.");
    }

    [GeneratedRegex(@"^## The Engine's floors$.*?(?=^## )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FloorsSection();

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex RoomLine();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using (?:static |\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();
}
