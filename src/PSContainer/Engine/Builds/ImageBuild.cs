using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Builds.Steps;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Records;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds;

/// <summary>Builds an image as a Containerfile says: the stages that are needed, a step at a time, each out of the cache where nothing has changed.</summary>
/// <param name="engine">Runs what RUN says.</param>
/// <param name="source">Brings in images that are missing; null: that is an error.</param>
/// <param name="report">Told what goes on, on the calling thread.</param>
public sealed class ImageBuild(ContainerEngine engine, ImageSource? source, Action<BuildProgress> report)
{
    private int _number, _total;
    private string _stage = "";

    /// <exception cref="EngineException"/>
    /// <exception cref="OperationCanceledException"/>
    public StoredImage Run(BuildRequest request, CancellationToken cancelled)
    {
        BuildScratch.Sweep(engine);
        // Layers of steps are in no image yet: nobody may sweep them meanwhile.
        using FileLock adding = engine.Images.Adding();
        var tools = new BuildTools(engine, request, source, isDry: false, line => Tell(BuildEvent.Output, line));
        StageState built = Stages(tools, cancelled);
        ImageConfig config = built.ToConfig();
        var labels = new Dictionary<string, string>(config.Labels, StringComparer.Ordinal);
        foreach ((string name, string value) in request.Labels) labels[name] = value;
        return engine.Images.Add(config with { Labels = labels }, [.. built.Layers.Select(layer => layer.Blob)], request.Names);
    }

    /// <summary>Tells what <see cref="Run"/> would do, and changes nothing.</summary>
    /// <exception cref="EngineException"/>
    public void Describe(BuildRequest request, CancellationToken cancelled)
        => Stages(new BuildTools(engine, request, null, isDry: true, _ => { }), cancelled);

    private StageState Stages(BuildTools tools, CancellationToken cancelled)
    {
        Stage target = tools.Graph.Target(tools.Request.Target);
        IReadOnlyList<Stage> needed = tools.Graph.Needed(target);
        foreach (Stage stage in needed)
        {
            (_number, _total, _stage) = (0, stage.Steps.Count + 1, stage.Title);
            tools.Built[stage.Index] = Build(tools, stage, cancelled);
        }
        foreach (string unused in tools.Arguments.Unused) Tell(BuildEvent.Warning, $"No ARG of a stage that was built asks for the build argument '{Printable.Of(unused)}'.");
        return tools.Built[target.Index];
    }

    private StageState Build(BuildTools tools, Stage stage, CancellationToken cancelled)
    {
        _number++;
        StageState state = From(tools, stage, cancelled);
        var build = new StageBuild(tools, stage, state);
        foreach (string trigger in state.Triggers) Step(build, Containerfile.ParseTrigger(trigger, stage.From.Place), cancelled);
        foreach (Instruction instruction in stage.Steps)
        {
            _number++;
            Step(build, instruction, cancelled);
        }
        return state;
    }

    private StageState From(BuildTools tools, Stage stage, CancellationToken cancelled)
    {
        string name = tools.Graph.Base(stage);
        Tell(BuildEvent.Begun, stage.From.Text);
        if (tools.Graph.Parent(stage) is { } parent) return tools.Built[parent.Index].Copy();
        if (name == StageGraph.Scratch) return new StageState(new ImageConfig(), [], tools.Request.Epoch);
        if (tools.IsDry && tools.Bases.Find(name) is null)
        {
            Tell(BuildEvent.Wanted, stage.From.Text);
            return new StageState(new ImageConfig(), [], tools.Request.Epoch) { IsUnknown = true };
        }
        return BaseImages.Begin(tools.Bases.Get(stage.From.Place, name, cancelled), tools.Request.Epoch);
    }

    private void Step(StageBuild build, Instruction instruction, CancellationToken cancelled)
    {
        Tell(BuildEvent.Begun, instruction.Text);
        Tell(build.Do(instruction, cancelled), instruction.Text);
    }

    private void Tell(BuildEvent what, string text) => report(new BuildProgress(what, _number, _total, _stage, text));
}
