using PSContainer.Engine.Text;

namespace PSContainer.Engine.Namespaces;

/// <summary>
/// One namespace, with lsns(8)'s columns as properties. It is a snapshot: what it says was so when it was made.
/// </summary>
public sealed class NamespaceInfo
{
    private readonly NamespaceRecord record;
    private readonly string procRoot;
    private Listing<int>? processIds;
    private Listing<NamespaceKeeper>? keptAliveBy;

    internal NamespaceInfo(NamespaceRecord record, string procRoot, uint? uid, string user, string command, string? containerName)
    {
        this.record = record;
        this.procRoot = procRoot;
        Uid = uid;
        User = user;
        Command = command;
        ContainerName = containerName;
        NsFs = [.. record.Keepers
            .Where(keeper => keeper is { Kind: NamespaceKeeperKind.Mount, ProcessId: null })
            .Select(keeper => keeper.Path ?? "")];
    }

    /// <summary>
    /// The namespace's number: the inode number of its file in nsfs, lsns(8)'s NS. The kernel counts from 0xEFFFFFF8 up (PROC_MNT_INIT_INO, since
    /// Linux 3.8), so none fits an Int32, and what binds an Id as the number of a process (Stop-Process) does not take a namespace for one.
    /// </summary>
    public ulong Id => record.Id;

    public NamespaceType Type => record.Type;

    /// <summary>How many processes are in it. Threads are not counted, even where one is in another namespace than its process.</summary>
    public int NProcs => record.ProcessCount;

    /// <summary>The lowest process in it, lsns(8)'s PID; null where there is none.</summary>
    public int? ProcessId => record.ProcessCount > 0 ? record.ProcessIds[0] : null;

    /// <summary>The user of that process; null where there is none.</summary>
    public uint? Uid { get; }

    /// <summary>That user's name, or its number where it has none; empty where there is no process.</summary>
    public string User { get; }

    /// <summary>The command line of that process; empty where there is none.</summary>
    public string Command { get; }

    /// <summary>By which number the caller's net namespace knows this one; null where it has none for it, and for other kinds.</summary>
    public int? NetNsId => record.NetNsId is >= 0 ? record.NetNsId : null;

    /// <summary>As lsns(8) shows it: a number, "unassigned", or nothing for what is not a net namespace.</summary>
    public string NetNsIdText => record.NetNsId switch
    {
        null => "",
        < 0 => "unassigned",
        { } number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>Where it is mounted in the caller's mount namespace.</summary>
    public Listing<string> NsFs { get; }

    /// <summary>The parent, of a user or pid namespace; null for the first of all, and where the caller may not know.</summary>
    public ulong? PNS => record.Parent;

    /// <summary>The user namespace that owns it; null where the caller may not know.</summary>
    public ulong? ONS => record.Owner;

    /// <summary>The container that this namespace was made for: its first process is in it, and this machine's is not.</summary>
    public string? ContainerName { get; }

    /// <summary>A path that opens the namespace, for setns(2) or nsenter(1); null where only another namespace keeps it.</summary>
    public string? Path
    {
        get
        {
            var text = NamespaceTypes.TextOf(Type);
            if (ProcessId is { } lowest)
                return $"{procRoot}/{lowest}/ns/{text}";
            if (NsFs.Count > 0)
                return NsFs[0];
            return record.Keepers.Select(keeper => keeper.Kind switch
            {
                NamespaceKeeperKind.Descriptor => $"{procRoot}/{keeper.ProcessId}/fd/{keeper.Descriptor}",
                NamespaceKeeperKind.NextChild => $"{procRoot}/{keeper.ProcessId}/ns/{text}_for_children",
                NamespaceKeeperKind.Mount => $"{procRoot}/{keeper.ProcessId}/root{keeper.Path}",
                _ => null,
            }).FirstOrDefault(path => path is not null);
        }
    }

    /// <summary>Every process in it, ascending.</summary>
    public Listing<int> ProcessIds => processIds ??= [.. record.ProcessIds];

    /// <summary>All that would have to end before the namespace does, as far as the caller may see.</summary>
    public Listing<NamespaceKeeper> KeptAliveBy => keptAliveBy ??= record.ProcessCount == 0
        ? [.. record.Keepers]
        : [new NamespaceKeeper(NamespaceKeeperKind.Processes) { ProcessId = ProcessId, Count = NProcs }, .. record.Keepers];

    /// <summary>As the kernel writes it: "net:[4026531833]".</summary>
    public override string ToString() => $"{NamespaceTypes.TextOf(Type)}:[{Id}]";
}
