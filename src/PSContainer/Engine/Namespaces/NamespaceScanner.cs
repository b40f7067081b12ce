using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Namespaces;

/// <summary>
/// Finds every namespace in sight: those that processes are in, that are mounted, that are held open, and that are the
/// parent or the owner of another. What the caller may not read is left out, as lsns(8) does.
/// </summary>
/// <param name="root">Where proc(5) is mounted; the numbers of processes are those of that mount's pid namespace.</param>
public sealed class NamespaceScanner(string root = "/proc")
{
    // A scan opens namespaces for a moment; a second one in this process would report them as kept alive by that.
    private static readonly object OneAtATime = new();

    /// <summary>Scans now. Processes that end meanwhile are simply not there.</summary>
    /// <param name="containerInits">The first process of each running container, with the container's name.</param>
    /// <exception cref="KernelException">There is no proc file system to read.</exception>
    public NamespaceScan Scan(NamespaceFilter filter, IReadOnlyDictionary<int, string>? containerInits = null)
    {
        using var proc = ProcDirectory.Open(root);
        var table = new NamespaceTable();
        var types = TypesToRead(filter.TypeBits);
        lock (OneAtATime)
        {
            // Where mounts can be of interest, the mount namespaces to look for them in have to be known.
            var walk = new ProcessWalk(proc, table, types | NamespaceTypes.BitOf(NamespaceType.Mnt), containerInits);
            var pids = proc.ReadProcessIds();
            var readable = 0;
            foreach (var pid in pids)
            {
                if (walk.Visit(pid))
                    pids[readable++] = pid;
            }

            // Mounts come before descriptors: where namespaces are mounted tells which descriptors may be of one.
            var mounts = new MountWalk(proc, table, types);
            mounts.Visit();
            var descriptors = new DescriptorWalk(proc, table, types, mounts.MountPoints);
            foreach (var pid in pids.AsSpan(0, readable))
                descriptors.Visit(pid);
            using var relations = new RelationWalk(proc, table, types);
            relations.Visit();
        }

        return Select(proc, table, filter, containerInits is { Count: > 0 });
    }

    /// <summary>The number of the namespace that a process ("self" for 0) is in; 0 where it can't be read.</summary>
    internal static ulong ReadId(ProcDirectory proc, int pid, NamespaceType type)
    {
        using var links = proc.OpenForLinks(pid, "ns"u8);
        Span<byte> text = stackalloc byte[NamespaceLink.LongestText];
        var length = links.ReadLink(NamespaceTypes.LinkOf(type), text);
        return length > 0 && NamespaceLink.TryParse(text[..length], out _, out var id) ? id : 0;
    }

    /// <summary>A user namespace may live only as the owner of one of any kind, so that all have to be asked.</summary>
    private static int TypesToRead(int wanted)
        => (wanted & NamespaceTypes.BitOf(NamespaceType.User)) != 0 ? NamespaceTypes.AllBits : wanted;

    private static NamespaceScan Select(ProcDirectory proc, NamespaceTable table, NamespaceFilter filter, bool hasContainers)
    {
        var facts = new ProcessFacts(proc);
        var hosts = hasContainers ? ReadHostIds(proc) : [];
        var wanted = filter.TypeBits;
        var selected = new List<NamespaceInfo>();
        foreach (var record in table.Records)
        {
            var container = hosts.Contains(record.Id) ? null : record.ContainerName;
            if ((wanted & NamespaceTypes.BitOf(record.Type)) == 0 || !IsNamed(record, container, filter))
                continue;
            var (uid, user, command) = record.ProcessCount > 0 ? facts.Of(record.ProcessIds[0]) : ProcessFacts.None;
            selected.Add(new NamespaceInfo(record, proc.Root, uid, user, command, container));
        }

        selected.Sort((left, right) => left.Id.CompareTo(right.Id));
        var unseen = filter.ProcessIds.Where(pid => !table.Records.Any(record => record.HasProcess(pid)))
            .ToLookup(pid => CanRead(proc, pid));
        return new NamespaceScan
        {
            Namespaces = selected,
            MissingIds = filter.Ids.Where(id => !selected.Exists(found => found.Id == id)).ToArray(),
            MissingProcessIds = unseen[false].ToArray(),
            DeniedProcessIds = unseen[null].ToArray(),
        };
    }

    private static bool IsNamed(NamespaceRecord record, string? container, NamespaceFilter filter)
    {
        if (!filter.NamesAny || filter.Ids.Contains(record.Id))
            return true;
        if (container is not null && filter.IsContainer is { } isContainer && isContainer(container))
            return true;
        foreach (var pid in filter.ProcessIds)
        {
            if (record.HasProcess(pid))
                return true;
        }

        return false;
    }

    /// <summary>
    /// This machine's own namespaces: those of the first process, or of the caller where the first may not be looked into.
    /// </summary>
    private static HashSet<ulong> ReadHostIds(ProcDirectory proc)
    {
        var found = new HashSet<ulong>();
        for (var pid = 1; pid >= 0 && found.Count == 0; pid--)
        {
            for (var type = 0; type < NamespaceTypes.Count; type++)
            {
                if (ReadId(proc, pid, (NamespaceType)type) is > 0 and var id)
                    found.Add(id);
            }
        }

        return found;
    }

    /// <summary>False for no such process, null for one that may not be looked into; true also for a zombie that has left the kinds asked for.</summary>
    private static bool? CanRead(ProcDirectory proc, int pid)
    {
        if (pid <= 0)
            return false;
        using var links = proc.OpenForLinks(pid, "ns"u8);
        Span<byte> text = stackalloc byte[NamespaceLink.LongestText];
        if (links.ReadLink("user"u8, text) > 0)
            return true;
        return Syscall.Last is Errno.EACCES or Errno.EPERM ? null : false;
    }
}
