using PSContainer.Kernel;

namespace PSContainer.Engine.State;

/// <summary>Where everything of ours lies: what lasts below <see cref="Data"/>, what ends with the machine's run below <see cref="Run"/>.</summary>
public sealed record StorageRoot(string Data, string Run)
{
    /// <summary>Moves all of it; tests rely on it.</summary>
    public const string Variable = "PSCONTAINER_ROOT";

    /// <summary>Root's own place where nothing moves it.</summary>
    public const string SystemData = "/var/lib/pscontainer";

    public string Containers => Path.Combine(Data, "containers");

    /// <summary>One file a name, made with O_EXCL: so a name is taken once, whoever comes at the same time.</summary>
    public string Names => Path.Combine(Data, "names");

    /// <summary>An OCI image layout: what skopeo, umoci and podman read as it is.</summary>
    public string Images => Path.Combine(Data, "images");

    /// <summary>Layers unpacked, a folder each, shared by all images and containers.</summary>
    public string Layers => Path.Combine(Data, "layers");

    /// <summary>The lowest layer of every container of an image: see <see cref="MountPoints"/>.</summary>
    public string MountPoints => Path.Combine(Data, "mountpoints");

    /// <summary>What builds remember, and what they work on.</summary>
    public string Builds => Path.Combine(Data, "builds");

    /// <summary>A record a network.</summary>
    public string Networks => Path.Combine(Data, "networks");

    /// <summary>Which addresses of a network are in use, which nothing is any more once the machine starts anew.</summary>
    public string Leases(string network) => Path.Combine(Run, network + ".leases");

    public string ContainerFolder(string id) => Path.Combine(Containers, id);

    /// <summary>Held by a container's supervisor to its last moment: it is how everybody knows that the container is looked after.</summary>
    public string ContainerLock(string id) => Path.Combine(ContainerFolder(id), "lock");

    public string RunFolder(string id) => Path.Combine(Run, id);

    /// <summary>$PSCONTAINER_ROOT, else the system's places for root and the XDG ones for everybody else.</summary>
    public static StorageRoot FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } moved) return At(moved);
        if (Files.EffectiveUserId() == 0) return new StorageRoot(SystemData, "/run/pscontainer");
        string data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } set
            ? set : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".local/share");
        string run = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? runtime : $"/tmp/pscontainer-{Files.EffectiveUserId()}";
        return new StorageRoot(Path.Combine(data, "pscontainer"), Path.Combine(run, "pscontainer"));
    }

    public static StorageRoot At(string folder)
    {
        string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return new StorageRoot(whole, Path.Combine(whole, "run"));
    }
}
