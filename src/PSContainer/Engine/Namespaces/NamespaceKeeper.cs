namespace PSContainer.Engine.Namespaces;

/// <summary>The ways in which the kernel lets a namespace live on (namespaces(7), "Namespace lifetime").</summary>
public enum NamespaceKeeperKind
{
    /// <summary>Processes are in it.</summary>
    Processes,
    /// <summary>A process is not in it, but its next child will be (unshare(2) of a pid or time namespace).</summary>
    NextChild,
    /// <summary>It is mounted on a file, as ip-netns(8) does.</summary>
    Mount,
    /// <summary>A process holds it open.</summary>
    Descriptor,
    /// <summary>It is the parent of a user or pid namespace.</summary>
    Parent,
    /// <summary>It is the user namespace that owns another namespace.</summary>
    Owner,
}

/// <summary>One thing that keeps a namespace alive. Once all of them are gone, so is the namespace.</summary>
public sealed class NamespaceKeeper
{
    internal NamespaceKeeper(NamespaceKeeperKind kind) => Kind = kind;

    public NamespaceKeeperKind Kind { get; }

    /// <summary>The process; the lowest of them for <see cref="NamespaceKeeperKind.Processes"/>; the one in whose mount
    /// namespace the path is, where that is not the caller's.</summary>
    public int? ProcessId { get; internal init; }

    /// <summary>How many processes, for <see cref="NamespaceKeeperKind.Processes"/>; otherwise 1.</summary>
    public int Count { get; internal init; } = 1;

    /// <summary>The number of the open descriptor in its process.</summary>
    public int? Descriptor { get; internal init; }

    /// <summary>Where it is mounted.</summary>
    public string? Path { get; internal init; }

    /// <summary>The child, or the owned namespace.</summary>
    public ulong? Namespace { get; internal init; }

    /// <summary>The kind of <see cref="Namespace"/>.</summary>
    public NamespaceType? NamespaceType { get; internal init; }

    public override string ToString() => Kind switch
    {
        NamespaceKeeperKind.Processes => Count == 1 ? $"process {ProcessId}" : $"{Count} processes",
        NamespaceKeeperKind.NextChild => $"next child of process {ProcessId}",
        NamespaceKeeperKind.Mount => ProcessId is null ? $"mount {Path}" : $"mount {Path} of process {ProcessId}",
        NamespaceKeeperKind.Descriptor => $"descriptor {Descriptor} of process {ProcessId}",
        NamespaceKeeperKind.Parent => $"parent of {Other}",
        _ => $"owner of {Other}",
    };

    private string Other => $"{NamespaceTypes.TextOf(NamespaceType ?? default)}:[{Namespace}]";
}
