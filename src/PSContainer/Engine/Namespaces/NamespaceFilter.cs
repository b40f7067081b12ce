namespace PSContainer.Engine.Namespaces;

/// <summary>
/// Which namespaces are wanted. Types narrow; numbers, processes and containers name: with any of them given, a namespace
/// is wanted that has one of the numbers, or that one of the processes is in, or that was made for one of the containers.
/// </summary>
public sealed record NamespaceFilter
{
    public static NamespaceFilter All { get; } = new();

    /// <summary>Only these kinds; all kinds where it is empty. The scan itself is the faster the fewer there are.</summary>
    public IReadOnlyCollection<NamespaceType> Types { get; init; } = [];

    /// <summary>The namespaces of these numbers.</summary>
    public IReadOnlyCollection<ulong> Ids { get; init; } = [];

    /// <summary>The namespaces that these processes are in.</summary>
    public IReadOnlyCollection<int> ProcessIds { get; init; } = [];

    /// <summary>Tells the wanted containers by their names; null where none is named.</summary>
    public Predicate<string>? IsContainer { get; init; }

    internal bool NamesAny => Ids.Count > 0 || ProcessIds.Count > 0 || IsContainer is not null;

    internal int TypeBits => Types.Count == 0 ? NamespaceTypes.AllBits : Types.Aggregate(0, (bits, type) => bits | NamespaceTypes.BitOf(type));
}

/// <summary>What a scan found, and what of the filter it did not.</summary>
public sealed class NamespaceScan
{
    /// <summary>Ascending by number, as lsns(8) lists them.</summary>
    public required IReadOnlyList<NamespaceInfo> Namespaces { get; init; }

    /// <summary>Numbers asked for that no namespace in sight has.</summary>
    public IReadOnlyList<ulong> MissingIds { get; init; } = [];

    /// <summary>Processes asked for that ended, or never were.</summary>
    public IReadOnlyList<int> MissingProcessIds { get; init; } = [];

    /// <summary>Processes asked for whose namespaces the caller may not read.</summary>
    public IReadOnlyList<int> DeniedProcessIds { get; init; } = [];
}
