using System.Diagnostics.CodeAnalysis;

namespace PSContainer.Engine.Namespaces;

/// <summary>What a scan gathers about one namespace, piece by piece.</summary>
internal sealed class NamespaceRecord(ulong id, NamespaceType type)
{
    private int[] processIds = [];

    public ulong Id { get; } = id;

    public NamespaceType Type { get; } = type;

    /// <summary>In the order of the walk, which is ascending.</summary>
    public ReadOnlySpan<int> ProcessIds => processIds.AsSpan(0, ProcessCount);

    public int ProcessCount { get; private set; }

    /// <summary>Everything that keeps it alive apart from the processes in it.</summary>
    public List<NamespaceKeeper> Keepers { get; } = [];

    public string? ContainerName { get; set; }

    public ulong? Parent { get; set; }

    public ulong? Owner { get; set; }

    public int? NetNsId { get; set; }

    public bool IsLinked { get; set; }

    public void AddProcess(int pid)
    {
        if (ProcessCount == processIds.Length)
            Array.Resize(ref processIds, Math.Max(4, ProcessCount * 2));
        processIds[ProcessCount++] = pid;
    }

    public bool HasProcess(int pid) => ProcessIds.BinarySearch(pid) >= 0;
}

/// <summary>The records of a scan. Numbers are unique over all kinds: the kernel hands them out from one pool.</summary>
internal sealed class NamespaceTable
{
    private readonly Dictionary<ulong, NamespaceRecord> records = [];

    public IReadOnlyCollection<NamespaceRecord> Records => records.Values;

    public NamespaceRecord GetOrAdd(ulong id, NamespaceType type)
    {
        if (records.TryGetValue(id, out var record))
            return record;
        record = new NamespaceRecord(id, type);
        records.Add(id, record);
        return record;
    }

    public bool TryGet(ulong id, [MaybeNullWhen(false)] out NamespaceRecord record) => records.TryGetValue(id, out record);
}
