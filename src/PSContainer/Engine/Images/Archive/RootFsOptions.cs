using PSContainer.Engine.Plan;
using PSContainer.Kernel;

namespace PSContainer.Engine.Images;

/// <summary>What containers of a root file system run, which does not say so itself.</summary>
public sealed record RootFsOptions
{
    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyList<string> Entrypoint { get; init; } = [];
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public string? WorkingDirectory { get; init; }
    public string? User { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>"8080", "53/udp".</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];
    public IReadOnlyList<string> Volumes { get; init; } = [];
    public string? StopSignal { get; init; }

    /// <exception cref="EngineException">ImageOptionInvalid.</exception>
    internal ImageConfig ToConfig()
    {
        if (WorkingDirectory is { } folder && !folder.StartsWith('/')) throw Invalid(folder, "is no absolute path", "Begin it with '/'.");
        foreach (string volume in Volumes) if (!volume.StartsWith('/') || volume == "/") throw Invalid(volume, "can't be a volume", "Give an absolute path below '/'.");
        foreach (string name in Environment.Keys) if (name.Length == 0 || name.Contains('=')) throw Invalid(name, "can't be a variable's name", "Leave out '='.");
        if (StopSignal is { } signal && SignalName.Parse(signal) is null) throw Invalid(signal, "is no signal", "Use a name such as TERM or QUIT, or a number.");
        return new ImageConfig
        {
            Cmd = Command, Entrypoint = Entrypoint, Env = [.. Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")],
            WorkingDir = WorkingDirectory, User = User, Labels = Labels, ExposedPorts = [.. ExposedPorts.Select(Port)], Volumes = Volumes, StopSignal = StopSignal,
        };
    }

    private static string Port(string text)
    {
        string[] parts = text.Split('/');
        string protocol = parts is [_, var given] ? given.ToLowerInvariant() : "tcp";
        return parts.Length <= 2 && ushort.TryParse(parts[0], System.Globalization.NumberStyles.None, null, out ushort port) && port > 0 && protocol is "tcp" or "udp" or "sctp"
            ? $"{port}/{protocol}" : throw Invalid(text, "is no port", "Write 8080, or 53/udp.");
    }

    private static EngineException Invalid(string value, string why, string advice) => new("ImageOptionInvalid", Reason.InvalidInput, $"'{Argument.Printable(value)}' {why}.", advice);
}
