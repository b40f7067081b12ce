using PSContainer.Engine.Blobs;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images.Config;

namespace PSContainer.Engine.Builds.Scope;

/// <summary>A layer of an image in the making.</summary>
public sealed record BuiltLayer(Digest DiffId, Descriptor Blob, DateTimeOffset Created);

/// <summary>An image in the making: what the instructions so far have made of its base.</summary>
public sealed class StageState
{
    private readonly DateTimeOffset? _epoch;
    private readonly List<BuiltLayer> _layers;
    private readonly List<HistoryEntry> _history;

    /// <param name="config">The base's; an empty one for scratch.</param>
    /// <param name="layers">The base's, the lowest first.</param>
    /// <param name="epoch">The one time of a reproducible build (SOURCE_DATE_EPOCH).</param>
    public StageState(ImageConfig config, IEnumerable<BuiltLayer> layers, DateTimeOffset? epoch)
    {
        (_layers, _history, _epoch) = ([.. layers], [.. config.History], epoch);
        Triggers = config.OnBuild;
        Config = config with { OnBuild = [] };
        Variables = new StageVariables(WithPath(config.Env));
        Time = epoch ?? config.Created ?? DateTimeOffset.UnixEpoch;
    }

    // As docker's builders do it: a base that names no PATH, as an imported root file system, has the usual one, and $PATH is that.
    private static IReadOnlyList<string> WithPath(IReadOnlyList<string> variables)
        => variables.Any(variable => variable.StartsWith("PATH=", StringComparison.Ordinal)) ? variables : [.. variables, .. DefaultProfile.Environment];

    /// <summary>Without history, layers and Env: those are in the making.</summary>
    public ImageConfig Config { get; set; }

    internal StageVariables Variables { get; }

    /// <summary>CMD has been given in this stage: an ENTRYPOINT after it leaves it.</summary>
    public bool HasCommand { get; set; }

    /// <summary>ONBUILD of the base, for now.</summary>
    public IReadOnlyList<string> Triggers { get; }

    public IReadOnlyList<BuiltLayer> Layers => _layers;

    /// <summary>When the last step was really done: what comes out of the cache is as old as it was.</summary>
    public DateTimeOffset Time { get; private set; }

    /// <summary>Only said what would be done: from here on nothing is known of the files.</summary>
    public bool IsUnknown { get; set; }

    public string WorkingDirectory => Config.WorkingDir is { Length: > 0 } folder ? folder : "/";

    /// <summary>A step that changed the configuration alone, or no file.</summary>
    public void AddStep(string createdBy) => Remember(createdBy, isEmpty: true);

    /// <summary>A step that made a layer.</summary>
    public void AddLayer(string createdBy, BuiltLayer layer)
    {
        _layers.Add(layer);
        Time = _epoch ?? layer.Created;
        Remember(createdBy, isEmpty: false);
    }

    /// <summary>The image as it is so far.</summary>
    public ImageConfig ToConfig() => Config with
    {
        Platform = Platform.Here, Created = Time, Env = Variables.Env, DiffIds = [.. _layers.Select(layer => layer.DiffId)], History = [.. _history],
    };

    /// <summary>As the base of another stage.</summary>
    public StageState Copy() => new(ToConfig(), _layers, _epoch) { IsUnknown = IsUnknown };

    private void Remember(string createdBy, bool isEmpty)
        => _history.Add(new HistoryEntry { Created = Time, CreatedBy = createdBy, Comment = "pscontainer", EmptyLayer = isEmpty });
}
