using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Cache;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Copy;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Builds.Steps;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;

namespace PSContainer.Engine.Builds;

/// <summary>Builds one stage, an instruction at a time.</summary>
internal sealed class StageBuild(BuildTools tools, Stage stage, StageState state)
{
    /// <summary>Does the instruction, unless the cache knows what comes of it; if it is only asked, says what would be done.</summary>
    /// <exception cref="EngineException"/>
    /// <exception cref="OperationCanceledException"/>
    public BuildEvent Do(Instruction instruction, CancellationToken cancelled) => instruction.Place.Located(() =>
    {
        cancelled.ThrowIfCancellationRequested();
        if (ConfigSteps.TryApply(state, instruction, tools.Arguments, tools.File.Escape)) return BuildEvent.Done;
        return instruction switch
        {
            WorkdirInstruction workdir => Workdir(workdir, cancelled),
            RunInstruction run => Run(run, cancelled),
            CopyInstruction copy => Copy(copy, cancelled),
            _ => throw new ArgumentOutOfRangeException(nameof(instruction)),
        };
    });

    // What errors of a RUN's container call its image.
    private ImageReference Unfinished => new() { Registry = ImageReference.DefaultRegistry, Repository = "library/" + stage.Title, Tag = "unfinished" };

    private Expansion Expansion(Instruction instruction) => new(instruction.Place, tools.File.Escape, state.Variables.Value);

    private BuildEvent Workdir(WorkdirInstruction workdir, CancellationToken cancelled)
    {
        string given = Expansion(workdir).Text(workdir.Path);
        if (given.Length == 0) throw workdir.Place.Syntax("WORKDIR is empty once its variables are replaced.", "Give the variable a default: ${NAME:-/app}.");
        string path = "/" + PathPattern.Clean(given.StartsWith('/') ? given : $"{state.WorkingDirectory}/{given}");
        state.Config = state.Config with { WorkingDir = path };
        return Layer($"WORKDIR {path}", new WorkdirStep(workdir, path, state.Config.User, tools.MountPoint), cancelled);
    }

    private BuildEvent Run(RunInstruction run, CancellationToken cancelled)
    {
        var image = new StoredImage(new Descriptor(MediaType.Manifest, Digest.Of(default), 0),
            new ImageManifest(new Descriptor(MediaType.Config, Digest.Of(default), 0), [.. state.Layers.Select(layer => layer.Blob)]), state.ToConfig(), [Unfinished]);
        var step = new RunStep(tools.Engine, run, image, state.Variables, tools.Surroundings);
        IReadOnlyList<(string Name, string Value)> arguments = state.Variables.Arguments;
        string prefix = arguments.Count == 0 ? "" : $"|{arguments.Count} {string.Concat(arguments.Select(pair => $"{pair.Name}={pair.Value} "))}";
        return Layer($"RUN {prefix}{string.Join(' ', RunReader.Arguments(run, state.Config.Shell))}", step, cancelled);
    }

    private BuildEvent Copy(CopyInstruction copy, CancellationToken cancelled)
    {
        Expansion expansion = Expansion(copy);
        CopyInstruction expanded = copy with { Owner = copy.Owner is null ? null : expansion.Text(copy.Owner), Mode = copy.Mode is null ? null : expansion.Text(copy.Mode), Checksum = copy.Checksum is null ? null : expansion.Text(copy.Checksum) };
        string[] names = [.. copy.Sources.Where(source => Heredoc.Opening(source) is null).Select(expansion.Text)];
        (string, string)[] documents = [.. copy.Documents.Select(document => (document.Name, document.Expands ? DocumentText(copy, document) : document.Body))];
        string destination = expansion.Text(copy.Destination);
        if (destination.Length == 0) throw copy.Place.Syntax($"{copy.Keyword} has no destination once its variables are replaced.", "Give the variable a default: ${NAME:-/app}.");
        CopyOrigin origin = CopyOrigin.Of(tools, stage, expanded, cancelled);
        string createdBy = $"{copy.Keyword} {string.Join(' ', names.Concat(copy.Documents.Select(document => document.Name)))} {destination}";
        // Who only asks does not fetch.
        if (origin.IsUnknown || state.IsUnknown || (tools.IsDry && copy.IsAdd && names.Any(Download.IsUrl))) return Unknown(createdBy);

        BuildScratch? fetched = null;
        using var sources = new CopySources(expanded, names, documents, origin.Open, () => (fetched ??= BuildScratch.Make(tools.Engine)).Folder);
        try
        {
            Digest content = origin.Layers is { } layers ? tools.Remembered(layers, sources, cancelled) : sources.Hash(cancelled);
            return Layer(createdBy, new CopyStep(expanded, sources, destination, state.WorkingDirectory, content, tools.MountPoint), cancelled);
        }
        finally
        {
            fetched?.Dispose();
        }
    }

    // Quotes mean nothing in a document; variables and escapes do.
    private string DocumentText(CopyInstruction copy, Heredoc document)
        => new Expansion(copy.Place, tools.File.Escape, state.Variables.Value) { KeepsQuotes = true }.Text(document.Body);

    private BuildEvent Layer(string createdBy, IBuildStep step, CancellationToken cancelled)
    {
        if (state.IsUnknown) return Unknown(createdBy);
        Digest key = BuildCache.Key(state.Layers, [.. step.Recipe, tools.Request.Epoch?.ToString("O") ?? ""]);
        CachedStep? known = tools.Request.NoCache ? null : tools.Cache.Find(key);
        if (known is null && tools.IsDry) return Unknown(createdBy);
        CachedStep made = known ?? Make(step, cancelled);
        if (known is null) tools.Cache.Keep(key, made);
        if (made.Layer is { } layer) state.AddLayer(createdBy, layer);
        else state.AddStep(createdBy);
        return known is null ? BuildEvent.Done : BuildEvent.Cached;
    }

    private CachedStep Make(IBuildStep step, CancellationToken cancelled)
    {
        using BuildScratch scratch = BuildScratch.Make(tools.Engine);
        string upper = step.Make(scratch, tools.Below(state.Layers), cancelled);
        return new CachedStep(tools.Commit.Commit(upper, cancelled));
    }

    private BuildEvent Unknown(string createdBy)
    {
        state.IsUnknown = true;
        state.AddStep(createdBy);
        return BuildEvent.Wanted;
    }
}
