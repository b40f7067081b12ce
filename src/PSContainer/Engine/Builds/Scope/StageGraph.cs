using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Scope;

/// <summary>Which stages stand upon, or take from, which: only those that the wanted one needs are built.</summary>
internal sealed class StageGraph(Containerfile file, BuildArguments arguments)
{
    public const string Scratch = "scratch";

    /// <summary>What a stage begins with, its variables replaced.</summary>
    /// <exception cref="EngineException">ContainerfileInvalid, PlatformMissing.</exception>
    public string Base(Stage stage)
    {
        var expansion = new Expansion(stage.From.Place, file.Escape, arguments.Global);
        CheckPlatform(stage, expansion);
        string name = expansion.Text(stage.From.Base);
        return name.Length > 0 ? name : throw stage.From.Place.Syntax($"FROM {stage.From.Base} names nothing once its variables are replaced.", "Give the ARG before it a default, or a value with -BuildArgument.");
    }

    /// <summary>The earlier stage that a stage stands upon; null where it is an image, or scratch.</summary>
    public Stage? Parent(Stage stage) => file.Stages.Take(stage.Index).LastOrDefault(earlier => earlier.Name is { } name && name == Base(stage).ToLowerInvariant());

    /// <summary>The earlier stage that a COPY takes from; null where it is an image, or the context.</summary>
    /// <exception cref="EngineException">StageUnknown.</exception>
    public Stage? Source(Stage stage, CopyInstruction copy)
    {
        if (copy.From is not { } from || file.Find(from) is not { } source) return null;
        return source.Index < stage.Index ? source
            : throw copy.Place.Error("StageUnknown", Reason.InvalidInput, $"the stage '{Printable.Of(from)}' {(source.Index == stage.Index ? "can't take from itself" : "stands below")}.", "Take from a stage that stands above.");
    }

    /// <exception cref="EngineException">StageUnknown.</exception>
    public Stage Target(string? name)
        => name is null ? file.Stages[^1] : file.Find(name) ?? throw new EngineException("StageUnknown", Reason.NotFound, $"There is no stage '{Printable.Of(name)}'.",
            $"Its stages are: {string.Join(", ", file.Stages.Select(stage => stage.Title))}.");

    /// <summary>The target and all that it needs, in their order in the file.</summary>
    public IReadOnlyList<Stage> Needed(Stage target)
    {
        var needed = new SortedSet<int>();
        Need(target, needed);
        return [.. needed.Select(index => file.Stages[index])];
    }

    private void Need(Stage stage, SortedSet<int> needed)
    {
        if (!needed.Add(stage.Index)) return;
        if (Parent(stage) is { } parent) Need(parent, needed);
        foreach (CopyInstruction copy in stage.Steps.OfType<CopyInstruction>())
            if (Source(stage, copy) is { } source) Need(source, needed);
    }

    private static void CheckPlatform(Stage stage, Expansion expansion)
    {
        if (stage.From.Platform is not { } text) return;
        string[] parts = expansion.Text(text).Split('/');
        var wanted = new Platform(parts[0], parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2));
        if (!wanted.IsHere)
            throw stage.From.Place.Error("PlatformMissing", Reason.NotSupported, $"this machine is {Platform.Here}, and can't build for '{Printable.Of(string.Join('/', parts))}'.", "Leave --platform out, or build on such a machine.");
    }
}
