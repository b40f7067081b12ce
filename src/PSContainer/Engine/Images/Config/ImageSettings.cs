using System.Globalization;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Images.Config;

/// <summary>
/// What an image is to say of its containers, over what the one that it is made of says; null is as it was. Pairs, ports and volumes are added to what
/// is there. An image of a root file system is made of none: all that it says is said here.
/// </summary>
public sealed record ImageSettings
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
        Check();
        return config with
        {
            Author = Author ?? config.Author,
            Entrypoint = Entrypoint ?? config.Entrypoint,
            Cmd = Command ?? (Entrypoint is null ? config.Cmd : []),
            Env = [.. config.Env.Where(variable => !Environment.ContainsKey(variable.Split('=')[0])),
                .. Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")],
            WorkingDir = WorkingDirectory ?? config.WorkingDir,
            User = User ?? config.User,
            Labels = config.Labels.Where(label => !Labels.ContainsKey(label.Key)).Concat(Labels).ToDictionary(),
            ExposedPorts = [.. config.ExposedPorts.Union(ExposedPorts.Select(Port))],
            Volumes = [.. config.Volumes.Union(Volumes)],
            StopSignal = StopSignal ?? config.StopSignal,
        };
    }

    private void Check()
    {
        if (WorkingDirectory is { } folder && !folder.StartsWith('/')) throw Invalid(folder, "is no absolute path", "Begin it with '/'.");
        foreach (string volume in Volumes) if (!volume.StartsWith('/') || volume == "/") throw Invalid(volume, "can't be a volume", "Give an absolute path below '/'.");
        foreach (string name in Environment.Keys) if (name.Length == 0 || name.Contains('=')) throw Invalid(name, "can't be a variable's name", "Leave out '='.");
        if (StopSignal is { } signal && SignalName.Parse(signal) is null) throw Invalid(signal, "is no signal", "Use a name such as TERM or QUIT, or a number.");
    }

    private static string Port(string text)
    {
        string[] parts = text.Split('/');
        string protocol = parts is [_, var given] ? given.ToLowerInvariant() : "tcp";
        return parts.Length <= 2 && ushort.TryParse(parts[0], NumberStyles.None, null, out ushort port) && port > 0 && protocol is "tcp" or "udp" or "sctp"
            ? $"{port}/{protocol}" : throw Invalid(text, "is no port", "Write 8080, or 53/udp.");
    }

    private static EngineException Invalid(string value, string why, string advice) => new("ImageOptionInvalid", Reason.InvalidInput, $"'{Printable.Of(value)}' {why}.", advice);
}
