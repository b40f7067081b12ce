using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;

namespace PSContainer.Engine.State;

/// <summary>state.json in the run folder: what a live container is, and what has to be cleared when it ends.</summary>
public sealed record RunState
{
    public const string FileName = "state.json", FifoName = "start.fifo";

    public required string Id { get; init; }
    /// <summary>Absolute path of the bundle.</summary>
    public required string Bundle { get; init; }
    public required ProcessIdentity Init { get; init; }
    public ProcessIdentity? Supervisor { get; init; }
    public DateTimeOffset Created { get; init; }
    /// <summary>The container's group as cgroup paths are written, below every hierarchy's root; null where it has none.</summary>
    public string? CgroupPath { get; init; }
    /// <summary>It has a filter of system calls, which lies beside this file.</summary>
    public bool IsFiltered { get; init; }
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <exception cref="EngineException">StateCorrupt.</exception>
    public static RunState? Read(string runFolder) => JsonFile.Read(Path.Combine(runFolder, FileName), Read);

    public void Write(string runFolder) => JsonFile.Write(Path.Combine(runFolder, FileName), json =>
    {
        WriteCommon(json, json => json.WriteNumber("pid", Init.Pid));
        json.WriteNumber("pidStartTime", Init.StartTime);
        if (Supervisor is { } supervisor)
        {
            json.WriteNumber("supervisor", supervisor.Pid);
            json.WriteNumber("supervisorStartTime", supervisor.StartTime);
        }
        json.WriteString("created", Created);
        if (CgroupPath is not null) json.WriteString("cgroup", CgroupPath);
        json.WriteBoolean("filtered", IsFiltered);
    });

    /// <summary>The state as runtime.md, "State", wants it printed.</summary>
    public byte[] ToOci(ContainerStatus status) => JsonFile.Bytes(json => WriteCommon(json, json =>
    {
        json.WriteString("status", status.ToString().ToLowerInvariant());
        if (status is not ContainerStatus.Stopped) json.WriteNumber("pid", Init.Pid);
    }));

    /// <summary>What an agent is told who answers a process's calls (config-linux.md, "Container Process State").</summary>
    /// <param name="pid">The process: the container's first, or one that enters it.</param>
    /// <param name="metadata">linux.seccomp.listenerMetadata.</param>
    public byte[] ToAgent(ContainerStatus status, int pid, string? metadata) => JsonFile.Bytes(json =>
    {
        json.WriteString("ociVersion", RuntimeSpec.SupportedVersion);
        json.WriteStartArray("fds");
        json.WriteStringValue("seccompFd");
        json.WriteEndArray();
        json.WriteNumber("pid", pid);
        if (metadata is not null) json.WriteString("metadata", metadata);
        json.WriteStartObject("state");
        WriteCommon(json, json =>
        {
            json.WriteString("status", status.ToString().ToLowerInvariant());
            json.WriteNumber("pid", Init.Pid);
        });
        json.WriteEndObject();
    }, indented: false);

    private void WriteCommon(Utf8JsonWriter json, Action<Utf8JsonWriter> middle)
    {
        json.WriteString("ociVersion", RuntimeSpec.SupportedVersion);
        json.WriteString("id", Id);
        middle(json);
        json.WriteString("bundle", Bundle);
        json.WriteStartObject("annotations");
        foreach ((string name, string value) in Annotations) json.WriteString(name, value);
        json.WriteEndObject();
    }

    /// <summary>The filter that it has been started with; null where it has none.</summary>
    /// <exception cref="EngineException">StateCorrupt: it is gone, and nobody enters without it.</exception>
    public CompiledFilter? Filter(string runFolder)
    {
        if (!IsFiltered) return null;
        try
        {
            return FilterCache.Of(runFolder) ?? throw new FormatException("it is gone");
        }
        catch (FormatException broken)
        {
            throw new EngineException("StateCorrupt", Reason.Corrupt, $"The filter of system calls of '{Id}' can't be read: {broken.Message}.", "Restart the container.", broken);
        }
    }

    private static RunState Read(JsonElement json) => new()
    {
        Id = json.Text("id") ?? throw new KeyNotFoundException("id is missing"),
        Bundle = json.Text("bundle") ?? throw new KeyNotFoundException("bundle is missing"),
        Init = new ProcessIdentity(json.GetProperty("pid").GetInt32(), json.GetProperty("pidStartTime").GetUInt64()),
        Supervisor = json.Has("supervisor") is { } pid
            ? new ProcessIdentity(pid.GetInt32(), json.GetProperty("supervisorStartTime").GetUInt64()) : null,
        Created = json.GetProperty("created").GetDateTimeOffset(),
        CgroupPath = json.Text("cgroup"),
        IsFiltered = json.Flag("filtered"),
        Annotations = json.Map("annotations"),
    };
}
