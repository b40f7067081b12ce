using System.Buffers.Text;
using System.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Namespaces;

/// <summary>
/// Finds the namespaces that a process holds open: one listing of its descriptors, a readlinkat(2) for each, and a
/// statx(2) for the few that the text leaves open.
/// </summary>
internal sealed class DescriptorWalk
{
    // Longer than nearly every path that a descriptor shows; a longer one is cut, and looked at in earnest.
    private const int LongestPath = 256;

    private readonly ProcDirectory proc;
    private readonly NamespaceTable table;
    private readonly int types;
    private readonly ulong? nsfsDevice;
    private readonly byte[][] mountPoints;

    /// <param name="mountPoints">Where namespaces are mounted, in every mount namespace in sight.</param>
    public DescriptorWalk(ProcDirectory proc, NamespaceTable table, int types, IEnumerable<string> mountPoints)
    {
        this.mountPoints = mountPoints.Distinct().Select(Encoding.UTF8.GetBytes).ToArray();
        this.proc = proc;
        this.table = table;
        this.types = types;
        // The device of nsfs is not fixed; any namespace that the caller may look at tells it.
        using var own = proc.OpenForLinks(0, "ns"u8);
        if (own.TryStatTarget("user"u8, out var device, out _))
            nsfsDevice = device;
    }

    public void Visit(int pid)
    {
        using var descriptors = proc.OpenForListing(pid, "fd"u8);
        if (!descriptors.IsOpen)
            return;
        Span<byte> entries = stackalloc byte[4096];
        Span<byte> text = stackalloc byte[LongestPath];
        int filled;
        while ((filled = descriptors.ReadEntries(entries)) > 0)
        {
            foreach (var name in new DirectoryEntries(entries[..filled]))
            {
                var length = descriptors.ReadLink(name, text);
                if (ProcessWalk.TryParse(text, length, out var kind, out var id))
                {
                    if (NamespaceTypes.TryParse(kind, out var type))
                        Add(pid, name, type, id);
                }
                else if (length > 0 && MayBeMounted(text[..length]))
                {
                    VisitTarget(descriptors, pid, name);
                }
            }

            if (entries.Length - filled >= DirectoryEntries.NumberEntrySize)
                break;
        }
    }

    /// <summary>
    /// A namespace that was opened where it is mounted shows that path, or "/" once it is no longer mounted there. A process that
    /// changed its root knows the mount by the end of the path only. Every other text saves the statx(2), of which a
    /// session full of open libraries would need thousands.
    /// </summary>
    private bool MayBeMounted(ReadOnlySpan<byte> text)
    {
        if (text[0] != (byte)'/')
            return false;
        if (text.Length == 1)
            return true;
        foreach (var point in mountPoints)
        {
            if (text.Length == LongestPath || text.EndsWith(point))
                return true;
        }

        return false;
    }

    private void VisitTarget(ProcEntry descriptors, int pid, ReadOnlySpan<byte> name)
    {
        if (nsfsDevice is null || !descriptors.TryStatTarget(name, out var device, out var id) || device != nsfsDevice)
            return;
        if (table.TryGet(id, out var known))
        {
            Add(pid, name, known.Type, id);
            return;
        }

        Span<byte> path = stackalloc byte[32];
        "fd/"u8.CopyTo(path);
        name.CopyTo(path[3..]);
        using var target = proc.OpenTarget(pid, path[..(3 + name.Length)]);
        if (NamespaceTypes.TryParse(NamespaceCalls.ReadCloneFlag(target.Descriptor), out var type))
            Add(pid, name, type, id);
    }

    private void Add(int pid, ReadOnlySpan<byte> name, NamespaceType type, ulong id)
    {
        if ((types & NamespaceTypes.BitOf(type)) == 0 || !Utf8Parser.TryParse(name, out int descriptor, out _))
            return;
        table.GetOrAdd(id, type).Keepers.Add(
            new NamespaceKeeper(NamespaceKeeperKind.Descriptor) { ProcessId = pid, Descriptor = descriptor });
    }
}
