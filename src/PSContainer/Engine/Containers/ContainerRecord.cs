using System.Text.Json;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>container.json: what OCI's config.json beside it has no word for.</summary>
public sealed record ContainerRecord
{
    public const string FileName = "container.json", LogName = "log", LockName = "lock";

    public required string Id { get; init; }
    public required string Name { get; init; }
    public DateTimeOffset Created { get; init; }
    /// <summary>The folders below the throwaway upper directory, the topmost first: "/" for this machine's own root.</summary>
    public required IReadOnlyList<string> Lowers { get; init; }
    /// <summary>PID 1 is the idle init.</summary>
    public bool Idle { get; init; }
    public bool AutoRemove { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>Published each time that it starts; host port 0 is a free one, chosen then.</summary>
    public IReadOnlyList<PortBinding> Ports { get; init; } = [];
    /// <summary>The command line, for tables.</summary>
    public string Command { get; init; } = "";

    /// <summary>What the root is, for tables: "(host)", or the folder.</summary>
    public string Image => Lowers is ["/"] ? "(host)" : string.Join(':', Lowers);

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
        json.WriteStartObject("labels");
        foreach ((string name, string value) in Labels) json.WriteString(name, value);
        json.WriteEndObject();
    });

    /// <summary>Where the container's plan takes its root from.</summary>
    public RootSource Root(string folder) => new RootSource.Throwaway(Lowers, Path.Combine(folder, "rootfs"));
}
