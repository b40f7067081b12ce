using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation;

/// <summary>One thing as it is on this machine and as it is in a container, and whether a wall stands between the two.</summary>
public sealed record IsolationFact
{
    /// <summary>The container's name, or the process's.</summary>
    public required string Target { get; init; }

    /// <summary>What it is compared with: "this machine", or another container's or process's name.</summary>
    public required string Against { get; init; }

    public required IsolationAspect Aspect { get; init; }

    /// <summary>The kind of namespace that decides about it; null where none does.</summary>
    public NamespaceType? NamespaceType { get; init; }

    /// <summary>As it is on this machine, or where it is compared with; null where that can't be seen, or there is none.</summary>
    public string? Host { get; init; }

    /// <summary>As it is in the container or for the process; null where that can't be seen, or there is none.</summary>
    public string? Container { get; init; }

    /// <summary>A wall stands; false: it is one thing, seen from both; null: it can't be told (see <see cref="Reason"/>).</summary>
    public bool? Isolated { get; init; }

    /// <summary>Why it is so, in a sentence or two.</summary>
    public required string Reason { get; init; }

    /// <summary>null for a process that is no container's.</summary>
    public string? ContainerName { get; init; }
    public string? ContainerId { get; init; }

    /// <summary>The process that was looked at: a container's first.</summary>
    public int ProcessId { get; init; }

    /// <summary>"Hostname: os1, isolated".</summary>
    public override string ToString()
        => $"{Aspect}{(Aspect == IsolationAspect.Namespace ? " " + NamespaceTypes.TextOf(NamespaceType!.Value) : "")}: {Container ?? "?"}, {Isolated switch { true => "isolated", false => "shared", _ => "not seen" }}";
}
