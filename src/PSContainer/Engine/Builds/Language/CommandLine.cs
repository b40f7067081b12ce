using System.Text.Json;

namespace PSContainer.Engine.Builds.Language;

/// <summary>What RUN, CMD and ENTRYPOINT run: a program and its arguments (a JSON array), or a line for the shell.</summary>
/// <param name="IsExec">Written as a JSON array: no shell takes part.</param>
/// <param name="Words">The program and its arguments; in shell form, the one line.</param>
public sealed record CommandLine(bool IsExec, IReadOnlyList<string> Words)
{
    /// <exception cref="EngineException">ContainerfileInvalid: an array of something else than texts.</exception>
    public static CommandLine Parse(Place place, string text)
        => TryParseList(place, text) is { } words ? new CommandLine(true, words) : new CommandLine(false, text.Length == 0 ? [] : [text]);

    /// <summary>The texts of a JSON array; null where the text is none, which docker takes for a line as well.</summary>
    /// <exception cref="EngineException">ContainerfileInvalid.</exception>
    public static IReadOnlyList<string>? TryParseList(Place place, string text)
    {
        if (!text.StartsWith('[')) return null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            if (json.RootElement.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                throw place.Syntax("the array holds something else than texts.", "Put each word in double quotes: [\"program\", \"1\"].");
            return [.. json.RootElement.EnumerateArray().Select(item => item.GetString()!)];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As it is executed.</summary>
    /// <param name="shell">The image's; empty for docker's default.</param>
    public IReadOnlyList<string> Arguments(IReadOnlyList<string> shell)
        => IsExec || Words.Count == 0 ? Words : [.. shell.Count > 0 ? shell : DefaultShell, .. Words];

    public static IReadOnlyList<string> DefaultShell { get; } = ["/bin/sh", "-c"];
}
