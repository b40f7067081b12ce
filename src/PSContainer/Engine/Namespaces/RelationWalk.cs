using System.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Namespaces;

/// <summary>
/// Asks the kernel how the namespaces hang together (ioctl_ns(2)), and finds those that live only as the parent or the
/// owner of another. Done once for each namespace, not for each process.
/// </summary>
internal sealed class RelationWalk(ProcDirectory proc, NamespaceTable table, int types) : IDisposable
{
    private NetlinkSocket? rtnetlink;
    private bool hasTriedRtnetlink;

    public void Visit()
    {
        // A copy: what is found on the way is linked where it is found, with the descriptor that is at hand there.
        foreach (var record in table.Records.ToArray())
        {
            if (record.IsLinked || (types & NamespaceTypes.BitOf(record.Type)) == 0)
                continue;
            using var entry = Open(record);
            if (entry.IsOpen)
                Link(record, entry.Descriptor);
        }
    }

    public void Dispose() => rtnetlink?.Dispose();

    private void Link(NamespaceRecord record, int descriptor)
    {
        record.IsLinked = true;
        if (record.Type is NamespaceType.User or NamespaceType.Pid)
        {
            using var parent = NamespaceCalls.OpenParent(descriptor);
            record.Parent = Follow(record, parent, record.Type, NamespaceKeeperKind.Parent);
        }

        using var owner = NamespaceCalls.OpenOwner(descriptor);
        record.Owner = Follow(record, owner, NamespaceType.User, NamespaceKeeperKind.Owner);
        if (record.Type == NamespaceType.Net)
            record.NetNsId = ReadNetNsId(descriptor);
    }

    /// <summary>Goes at most as deep as namespaces may be nested, which is 32.</summary>
    private ulong? Follow(NamespaceRecord from, ProcEntry entry, NamespaceType type, NamespaceKeeperKind kind)
    {
        if (!entry.IsOpen || !entry.TryStat(out var id, out _))
            return null;
        if ((types & NamespaceTypes.BitOf(type)) == 0)
            return id;
        var record = table.GetOrAdd(id, type);
        record.Keepers.Add(new NamespaceKeeper(kind) { Namespace = from.Id, NamespaceType = from.Type });
        if (!record.IsLinked)
            Link(record, entry.Descriptor);
        return id;
    }

    private int? ReadNetNsId(int descriptor)
    {
        if (!hasTriedRtnetlink)
        {
            hasTriedRtnetlink = true;
            rtnetlink = TryOpenRtnetlink();
        }

        return rtnetlink is null ? null : NetNamespaceNumber.Read(rtnetlink, descriptor);
    }

    /// <summary>null on a kernel or in a sandbox that has no rtnetlink.</summary>
    private static NetlinkSocket? TryOpenRtnetlink()
    {
        try
        {
            return NetlinkSocket.Open();
        }
        catch (KernelException)
        {
            return null;
        }
    }

    private ProcEntry Open(NamespaceRecord record)
    {
        if (record.ProcessCount > 0)
        {
            var entry = OpenTarget(record.ProcessIds[0], $"ns/{NamespaceTypes.TextOf(record.Type)}");
            if (IsOf(entry, record))
                return entry;
        }

        foreach (var keeper in record.Keepers)
        {
            var entry = keeper.Kind switch
            {
                NamespaceKeeperKind.NextChild
                    => OpenTarget(keeper.ProcessId ?? 0, $"ns/{NamespaceTypes.TextOf(record.Type)}_for_children"),
                NamespaceKeeperKind.Descriptor => OpenTarget(keeper.ProcessId ?? 0, $"fd/{keeper.Descriptor}"),
                NamespaceKeeperKind.Mount
                    => proc.OpenTarget(keeper.ProcessId is { } pid ? $"{pid}/root{keeper.Path}" : $"self/root{keeper.Path}"),
                _ => default,
            };
            if (IsOf(entry, record))
                return entry;
        }

        return default;
    }

    private ProcEntry OpenTarget(int pid, string name)
    {
        Span<byte> bytes = stackalloc byte[64];
        return proc.OpenTarget(pid, bytes[..Encoding.ASCII.GetBytes(name, bytes)]);
    }

    /// <summary>The process may have moved on, or its number have been reused, since the link was read: then the entry is closed.</summary>
    private static bool IsOf(ProcEntry entry, NamespaceRecord record)
    {
        if (entry.TryStat(out var id, out _) && id == record.Id)
            return true;
        entry.Dispose();
        return false;
    }
}
