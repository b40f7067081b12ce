using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Wishes;

/// <summary>
/// What an image says about its containers, where the wish says nothing: docker's rules (moby, daemon/commit.go, merge). All of it is a
/// stranger's word: what is malformed is left out or refused, and nothing of this machine takes its place.
/// </summary>
public static class ImageDefaults
{
    /// <summary>The wish with an image below it, and with the image's own defaults.</summary>
    /// <exception cref="EngineException">RootAmbiguous, and what the image's configuration is refused for.</exception>
    public static ContainerSpec Apply(ContainerSpec spec, StoredImage image)
    {
        if (spec.RootFs is not null) throw new EngineException("RootAmbiguous", Reason.InvalidInput, "An image and a folder can't both be the root.", "Name one root.");
        spec.CheckIdle();
        ImageConfig config = image.Config;
        string[] line = spec.Idle ? [] : CommandLine(spec, config);
        return spec with
        {
            Image = image,
            Command = line.FirstOrDefault(),
            Arguments = [.. line.Skip(1)],
            Entrypoint = null,
            Environment = Environment(spec, config),
            // Without a name the user is root still, and has the groups that the image gives root.
            User = spec.User ?? (string.IsNullOrEmpty(config.User) ? "0" : config.User),
            WorkingDirectory = spec.WorkingDirectory ?? (string.IsNullOrEmpty(config.WorkingDir) ? "/" : "/" + config.WorkingDir.TrimStart('/')),
            Labels = Merge(config.Labels, spec.Labels),
            StopSignal = StopSignal(spec, image),
            AnonymousVolumes = Volumes(spec, image),
            // Asked for by name is asked for: only then a port that can't be one stands in the way.
            ExposedPorts = spec.PublishAll ? [.. spec.ExposedPorts, .. config.ExposedPorts.SelectMany(PortWish.ParseExposed)] : spec.ExposedPorts,
        };
    }

    /// <summary>The entrypoint, and behind it what was asked for or else the image's Cmd; an entrypoint of one's own drops the image's Cmd.</summary>
    private static string[] CommandLine(ContainerSpec spec, ImageConfig config)
    {
        IReadOnlyList<string> entrypoint = spec.Entrypoint ?? config.Entrypoint;
        // docker's way to say "none".
        if (entrypoint is [""]) entrypoint = [];
        string[] asked = spec.Command is null ? [.. spec.Arguments] : [spec.Command, .. spec.Arguments];
        IReadOnlyList<string> rest = asked.Length > 0 ? asked : spec.Entrypoint is null ? config.Cmd : [];
        return [.. entrypoint, .. rest];
    }

    // "HOME" without a value once meant the daemon's own: here it means nothing.
    private static IReadOnlyDictionary<string, string> Environment(ContainerSpec spec, ImageConfig config)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string variable in config.Env)
        {
            int equals = variable.IndexOf('=');
            if (equals > 0 && !variable.Contains('\0')) variables[variable[..equals]] = variable[(equals + 1)..];
        }
        return Merge(variables, spec.Environment);
    }

    private static IReadOnlyDictionary<string, string> Merge(IReadOnlyDictionary<string, string> below, IReadOnlyDictionary<string, string> above)
    {
        var merged = new Dictionary<string, string>(below, StringComparer.Ordinal);
        foreach ((string name, string value) in above) merged[name] = value;
        return merged;
    }

    private static string? StopSignal(ContainerSpec spec, StoredImage image)
    {
        // The idle init knows its own signals, not the image's program's.
        if (spec.Idle || string.IsNullOrEmpty(image.Config.StopSignal)) return null;
        return SignalName.Parse(image.Config.StopSignal) is not null ? image.Config.StopSignal
            : throw new EngineException("SignalUnknown", Reason.InvalidInput, $"The image '{image.Name}' wants to be stopped with '{Printable.Of(image.Config.StopSignal)}', which is no signal.", "Have its maker correct STOPSIGNAL.");
    }

    private static IReadOnlyList<string> Volumes(ContainerSpec spec, StoredImage image)
    {
        string[] taken = [.. spec.Volumes.Select(volume => Plain(volume.Destination)), .. spec.Tmpfs.Select(tmpfs => Plain(tmpfs.Split(':')[0]))];
        var wanted = new List<string>();
        foreach (string path in image.Config.Volumes)
        {
            if (!path.StartsWith('/') || path.Trim('/').Length == 0 || path.Split('/').Contains("..") || path.Any(char.IsControl))
                throw new EngineException("VolumeInvalid", Reason.InvalidInput, $"The image '{image.Name}' wants a volume at '{Printable.Of(path)}', which is no place for one.", "Have its maker correct VOLUME.");
            if (!taken.Contains(Plain(path)) && !wanted.Contains(Plain(path))) wanted.Add(Plain(path));
        }
        return [.. wanted.Order(StringComparer.Ordinal)];
    }

    private static string Plain(string path) => "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != "."));
}
