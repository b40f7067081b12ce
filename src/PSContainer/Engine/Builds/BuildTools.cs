using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Cache;
using PSContainer.Engine.Builds.Copy;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Builds.Steps;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Registry;

namespace PSContainer.Engine.Builds;

/// <summary>What all the stages of one build work with.</summary>
internal sealed class BuildTools
{
    private readonly string _empty;

    public BuildTools(ContainerEngine engine, BuildRequest request, ImageSource? source, bool isDry, Action<string> output)
    {
        (Engine, Request, IsDry) = (engine, request, isDry);
        Arguments = new BuildArguments(request.Arguments, File);
        Graph = new StageGraph(File, Arguments);
        Bases = new BaseImages(engine.Images, source, request.Pull);
        Cache = new BuildCache(engine.Store.Root, engine.Images);
        Commit = new LayerCommit(engine.Images, request.Epoch);
        Surroundings = new RunSurroundings(request.Network, [.. Arguments.Proxies], request.Limit, output);
        MountPoint = engine.Store.Root.Images;
        _empty = Path.Combine(engine.Store.Root.Builds, "empty");
    }

    public ContainerEngine Engine { get; }

    public BuildRequest Request { get; }

    public Containerfile File => Request.Context.File;

    public BuildArguments Arguments { get; }

    public StageGraph Graph { get; }

    public BaseImages Bases { get; }

    public BuildCache Cache { get; }

    public LayerCommit Commit { get; }

    public RunSurroundings Surroundings { get; }

    /// <summary>Nothing is done: it is only asked what would be.</summary>
    public bool IsDry { get; }

    /// <summary>A folder that holds no layer, for overlays to be mounted on.</summary>
    public string MountPoint { get; }

    /// <summary>Stages that are built, by their numbers.</summary>
    public Dictionary<int, StageState> Built { get; } = [];

    /// <summary>The folders of layers, the topmost first; an empty one where there are none, because an overlay wants one.</summary>
    public IReadOnlyList<string> Below(IReadOnlyList<BuiltLayer> layers)
    {
        // overlayfs takes no folder twice; of a layer that comes again, what is below is all hidden by what is above.
        if (layers.Count > 0) return [.. layers.Reverse().Select(layer => Engine.Images.Layers.FolderOf(layer.DiffId)).Distinct()];
        Directory.CreateDirectory(_empty);
        return [_empty];
    }

    /// <summary>What a COPY takes from layers, without looking at their files where it was seen before.</summary>
    public Digest Remembered(IReadOnlyList<BuiltLayer> layers, CopySources sources, CancellationToken cancelled)
    {
        Digest key = BuildCache.Key(layers, ["SOURCES", .. sources.Names]);
        if (Cache.Find(key)?.Content is { } known) return known;
        Digest content = sources.Hash(cancelled);
        if (!IsDry) Cache.Keep(key, new CachedStep(null, content));
        return content;
    }
}
