using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>container.json: what OCI's config.json beside it has no word for.</summary>
public sealed record ContainerRecord
{
    public const string FileName = "container.json", LogName = "log";
    private const string OnDisk = "disk", ChangeLockName = "container.lock";

    public required string Id { get; init; }
    public required string Name { get; init; }
    public DateTimeOffset Created { get; init; }
    /// <summary>The folder below the throwaway upper directory, "/" for this machine's own root; none where an image is below.</summary>
    public required IReadOnlyList<string> Lowers { get; init; }
    public ImageUse? From { get; init; }
    /// <summary>What the container of an image writes is kept beside this record, not in memory.</summary>
    public bool IsKept { get; init; }
    /// <summary>PID 1 is the idle init.</summary>
    public bool Idle { get; init; }
    public bool AutoRemove { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>Published each time that it starts; host port 0 is a free one, chosen then.</summary>
    public IReadOnlyList<PortBinding> Ports { get; init; } = [];
    /// <summary>The command line, for tables.</summary>
    public string Command { get; init; } = "";
    public ContainerSecurity Security { get; init; } = new();
    /// <summary>The signal that asks it to end; null for TERM.</summary>
    public string? StopSignal { get; init; }

    /// <summary>What the root is, for tables: the image, "(host)", or the folder.</summary>
    public string Image => From?.Name ?? (Lowers is ["/"] ? "(host)" : string.Join(':', Lowers));

    /// <exception cref="EngineException">StateCorrupt.</exception>
    public static ContainerRecord? Read(string folder) => JsonFile.Read(Path.Combine(folder, FileName), json => new ContainerRecord
    {
        Id = json.Text("id") ?? throw new KeyNotFoundException("id is missing"),
        Name = json.Text("name") ?? throw new KeyNotFoundException("name is missing"),
        Created = json.GetProperty("created").GetDateTimeOffset(),
        Lowers = json.Strings("lowers"),
        Idle = json.Flag("idle"),
        AutoRemove = json.Flag("autoRemove"),
        Labels = json.Map("labels"),
        Ports = [.. json.Strings("ports").SelectMany(PortWish.Parse)],
        Command = json.Text("command") ?? "",
        From = json.Has("image") is { } image ? ImageUse.Read(image) : null,
        IsKept = json.Text("upper") == OnDisk,
        StopSignal = json.Text("stopSignal"),
        Security = json.Has("security") is { } security ? ContainerSecurity.Read(security) : new ContainerSecurity(),
    });

    public void Write(string folder) => JsonFile.Write(Path.Combine(folder, FileName), json =>
    {
        json.WriteString("id", Id);
        json.WriteString("name", Name);
        json.WriteString("created", Created);
        json.WriteStartArray("lowers");
        foreach (string lower in Lowers) json.WriteStringValue(lower);
        json.WriteEndArray();
        json.WriteBoolean("idle", Idle);
        json.WriteBoolean("autoRemove", AutoRemove);
        json.WriteStartArray("ports");
        foreach (PortBinding port in Ports) json.WriteStringValue(port.ToString());
        json.WriteEndArray();
        json.WriteString("command", Command);
        if (From is not null)
        {
            json.WriteStartObject("image");
            From.Write(json);
            json.WriteEndObject();
            json.WriteString("upper", IsKept ? OnDisk : "memory");
        }
        if (StopSignal is not null) json.WriteString("stopSignal", StopSignal);
        Security.Write(json);
        json.WriteStartObject("labels");
        foreach ((string name, string value) in Labels) json.WriteString(name, value);
        json.WriteEndObject();
    });

    /// <summary>Changes what stands there, alone: several sessions may want to at once, and each has to find what the others have written.</summary>
    public static void Change(string folder, Func<ContainerRecord, ContainerRecord> change)
    {
        using FileLock held = FileLock.Take(Path.Combine(folder, ChangeLockName));
        if (Read(folder) is { } record) change(record).Write(folder);
    }

    /// <summary>Where the container's plan takes its root from.</summary>
    public RootSource Root(StorageRoot storage)
    {
        string folder = storage.ContainerFolder(Id), mountPoint = Path.Combine(folder, "rootfs");
        return From is null
            ? new RootSource.Throwaway(Lowers, mountPoint)
            // What removes itself is of use to nobody after a power cut.
            : new RootSource.Layers(From.Name, From.Lowers(storage), IsKept ? folder : null, mountPoint) { IsVolatile = AutoRemove };
    }
}
