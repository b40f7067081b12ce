using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Namespaces;

/// <summary>
/// Reads which namespaces a process is in. This, and a look at its descriptors, is all that a scan does for each process, so
/// nothing here allocates unless a namespace is new: one open and a readlinkat(2) for each kind. Measured, the links'
/// texts cost half of what their targets' inodes do.
/// </summary>
internal sealed class ProcessWalk(
    ProcDirectory proc, NamespaceTable table, int types, IReadOnlyDictionary<int, string>? containerInits)
{
    // Most processes are in the same namespaces as the one before.
    private readonly NamespaceRecord?[] last = new NamespaceRecord?[NamespaceTypes.Count];

    /// <returns>False where the caller may not look into the process, so that its descriptors need not be tried.</returns>
    public bool Visit(int pid)
    {
        using var links = proc.OpenForLinks(pid, "ns"u8);
        if (!links.IsOpen)
            return false;
        string? container = null;
        containerInits?.TryGetValue(pid, out container);
        Span<byte> text = stackalloc byte[NamespaceLink.LongestText];
        for (var kind = 0; kind < NamespaceTypes.Count; kind++)
        {
            if ((types & (1 << kind)) == 0)
                continue;
            var type = (NamespaceType)kind;
            var length = links.ReadLink(NamespaceTypes.LinkOf(type), text);
            if (length < 0)
            {
                // A zombie has left all but its pid and user namespaces, and an older kernel lacks a kind: go on.
                if (Syscall.Last == Errno.EACCES)
                    return false;
                continue;
            }

            if (!TryParse(text, length, out _, out var id))
                continue;
            var record = last[kind];
            if (record is null || record.Id != id)
                last[kind] = record = table.GetOrAdd(id, type);
            record.AddProcess(pid);
            if (container is not null)
                record.ContainerName ??= container;
        }

        VisitNextChild(links, "pid_for_children"u8, NamespaceType.Pid, pid, text);
        VisitNextChild(links, "time_for_children"u8, NamespaceType.Time, pid, text);
        return true;
    }

    private void VisitNextChild(ProcEntry links, ReadOnlySpan<byte> name, NamespaceType type, int pid, Span<byte> text)
    {
        if ((types & NamespaceTypes.BitOf(type)) == 0)
            return;
        var length = links.ReadLink(name, text);
        if (!TryParse(text, length, out _, out var id) || id == last[(int)type]?.Id)
            return;
        table.GetOrAdd(id, type).Keepers.Add(new NamespaceKeeper(NamespaceKeeperKind.NextChild) { ProcessId = pid });
    }

    internal static bool TryParse(ReadOnlySpan<byte> buffer, int length, out ReadOnlySpan<byte> kind, out ulong id)
    {
        // A text that fills the buffer was cut off: no namespace's is that long.
        if (length > 0 && length < buffer.Length)
            return NamespaceLink.TryParse(buffer[..length], out kind, out id);
        kind = default;
        id = 0;
        return false;
    }
}
