using System.Text.Json;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Images.Config;

/// <summary>
/// An image's configuration (image-spec config.md, with docker's Healthcheck, Shell and OnBuild): what a container of it runs, and what
/// its layers unpack to. Everything here is a stranger's word.
/// </summary>
public sealed record ImageConfig
{
    public Platform Platform { get; init; } = Platform.Here;
    public DateTimeOffset? Created { get; init; }
    public string? Author { get; init; }

    /// <summary>"NAME=value", as they stand.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];
    public IReadOnlyList<string> Entrypoint { get; init; } = [];
    public IReadOnlyList<string> Cmd { get; init; } = [];
    public string? User { get; init; }
    public string? WorkingDir { get; init; }
    public IReadOnlyList<string> Volumes { get; init; } = [];
    /// <summary>"8080/tcp".</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public string? StopSignal { get; init; }
    public Healthcheck? Healthcheck { get; init; }
    /// <summary>What a Containerfile's shell form is run by; empty for /bin/sh -c.</summary>
    public IReadOnlyList<string> Shell { get; init; } = [];
    public IReadOnlyList<string> OnBuild { get; init; } = [];

    /// <summary>The layers' uncompressed contents, the lowest first.</summary>
    public IReadOnlyList<Digest> DiffIds { get; init; } = [];
    /// <summary>How it was made, the first step first.</summary>
    public IReadOnlyList<HistoryEntry> History { get; init; } = [];

    /// <exception cref="EngineException">ManifestInvalid.</exception>
    public static ImageConfig Parse(ReadOnlyMemory<byte> content) => ManifestJson.Parse(content, json =>
    {
        JsonElement config = json.Has("config") ?? default;
        bool has = config.ValueKind == JsonValueKind.Object;
        JsonElement rootfs = json.Has("rootfs") ?? throw new KeyNotFoundException("rootfs is missing");
        return new ImageConfig
        {
            Platform = Platform.Read(json),
            Created = json.Has("created")?.GetDateTimeOffset(),
            Author = json.Text("author"),
            Env = has ? config.Strings("Env") : [],
            Entrypoint = has ? config.Strings("Entrypoint") : [],
            Cmd = has ? config.Strings("Cmd") : [],
            User = has ? config.Text("User") : null,
            WorkingDir = has ? config.Text("WorkingDir") : null,
            Volumes = has ? Names(config, "Volumes") : [],
            ExposedPorts = has ? Names(config, "ExposedPorts") : [],
            Labels = has ? config.Map("Labels") : new Dictionary<string, string>(),
            StopSignal = has ? config.Text("StopSignal") : null,
            Healthcheck = has && config.Has("Healthcheck") is { } health ? Healthcheck.Read(health) : null,
            Shell = has ? config.Strings("Shell") : [],
            OnBuild = has ? config.Strings("OnBuild") : [],
            DiffIds = [.. rootfs.Strings("diff_ids").Select(Digest.Parse)],
            History = json.List("history", HistoryEntry.Read),
        };
    });

    public byte[] ToBytes() => JsonFile.Bytes(json => ImageConfigWriter.Write(this, json), indented: false);

    // A set, written as an object with empty members: Go has no sets.
    private static IReadOnlyList<string> Names(JsonElement parent, string name)
        => parent.Has(name) is { } members ? [.. members.EnumerateObject().Select(member => member.Name)] : [];
}

/// <summary>A step in an image's making: a layer, or one that changed the configuration alone.</summary>
public sealed record HistoryEntry
{
    public DateTimeOffset? Created { get; init; }
    public string? CreatedBy { get; init; }
    public string? Author { get; init; }
    public string? Comment { get; init; }
    public bool EmptyLayer { get; init; }

    public static HistoryEntry Read(JsonElement json) => new()
    {
        Created = json.Has("created")?.GetDateTimeOffset(),
        CreatedBy = json.Text("created_by"),
        Author = json.Text("author"),
        Comment = json.Text("comment"),
        EmptyLayer = json.Flag("empty_layer"),
    };
}

/// <summary>Docker's HEALTHCHECK. Seconds are null where the default holds.</summary>
/// <param name="Test">["CMD", program, …], ["CMD-SHELL", line], or ["NONE"].</param>
public sealed record Healthcheck(Listing<string> Test)
{
    public double? IntervalSeconds { get; init; }
    public double? TimeoutSeconds { get; init; }
    public double? StartPeriodSeconds { get; init; }
    /// <summary>Between two checks while it starts (docker 25).</summary>
    public double? StartIntervalSeconds { get; init; }
    public int? Retries { get; init; }

    public static Healthcheck Read(JsonElement json) => new([.. json.Strings("Test")])
    {
        IntervalSeconds = Seconds(json, "Interval"),
        TimeoutSeconds = Seconds(json, "Timeout"),
        StartPeriodSeconds = Seconds(json, "StartPeriod"),
        StartIntervalSeconds = Seconds(json, "StartInterval"),
        Retries = json.Has("Retries")?.GetInt32() is { } retries and > 0 ? retries : null,
    };

    /// <summary>"CMD curl -f http://localhost/".</summary>
    public override string ToString() => Printable.Of(string.Join(' ', Test));

    /// <summary>As configurations have it, Go's time.Duration: nanoseconds.</summary>
    internal static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);

    private static double? Seconds(JsonElement json, string name) => json.Has(name)?.GetInt64() is { } nanoseconds and > 0 ? nanoseconds / 1e9 : null;
}
