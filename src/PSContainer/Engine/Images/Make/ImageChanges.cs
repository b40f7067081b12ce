namespace PSContainer.Engine.Images;

/// <summary>What is to be different in an image that is made of another; null is as it was. Pairs, ports and volumes are added to what is there.</summary>
public sealed record ImageChanges
{
    public string? Author { get; init; }
    public IReadOnlyList<string>? Command { get; init; }
    /// <summary>A new one takes the old command away, which was made for the old one: as docker does.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public string? WorkingDirectory { get; init; }
    public string? User { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>"8080", "53/udp".</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];
    public IReadOnlyList<string> Volumes { get; init; } = [];
    public string? StopSignal { get; init; }

    /// <exception cref="EngineException">ImageOptionInvalid.</exception>
    public ImageConfig ApplyTo(ImageConfig config)
    {
        ImageConfig given = new RootFsOptions
        {
            Environment = Environment, WorkingDirectory = WorkingDirectory, Labels = Labels, ExposedPorts = ExposedPorts, Volumes = Volumes, StopSignal = StopSignal,
        }.ToConfig();
        return config with
        {
            Author = Author ?? config.Author,
            Entrypoint = Entrypoint ?? config.Entrypoint,
            Cmd = Command ?? (Entrypoint is null ? config.Cmd : []),
            Env = [.. config.Env.Where(variable => !Environment.ContainsKey(variable.Split('=')[0])), .. given.Env],
            WorkingDir = WorkingDirectory ?? config.WorkingDir,
            User = User ?? config.User,
            Labels = config.Labels.Where(label => !Labels.ContainsKey(label.Key)).Concat(Labels).ToDictionary(),
            ExposedPorts = [.. config.ExposedPorts.Union(given.ExposedPorts)],
            Volumes = [.. config.Volumes.Union(given.Volumes)],
            StopSignal = StopSignal ?? config.StopSignal,
        };
    }
}
