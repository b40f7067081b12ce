using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Namespaces;

/// <summary>
/// Finds the namespaces that are mounted on a file (ip-netns(8), unshare(1) --net=FILE), in every mount namespace that a
/// process is in. A mount namespace without processes can't be read without entering it.
/// </summary>
internal sealed class MountWalk(ProcDirectory proc, NamespaceTable table, int types)
{
    // A representative may end at any moment; the next one will do.
    private const int Attempts = 3;

    /// <summary>Every path that a namespace is mounted on, of any kind.</summary>
    public List<string> MountPoints { get; } = [];

    public void Visit()
    {
        var own = NamespaceScanner.ReadId(proc, 0, NamespaceType.Mnt);
        if (proc.ReadFile(0, "mountinfo"u8) is { } mounts)
            Parse(mounts, null);

        var others = new List<NamespaceRecord>();
        foreach (var record in table.Records)
        {
            if (record.Type == NamespaceType.Mnt && record.Id != own && record.ProcessCount > 0)
                others.Add(record);
        }

        foreach (var record in others)
        {
            for (var i = 0; i < Math.Min(Attempts, record.ProcessCount); i++)
            {
                var pid = record.ProcessIds[i];
                if (proc.ReadFile(pid, "mountinfo"u8) is not { Length: > 0 } text)
                    continue;
                Parse(text, pid);
                break;
            }
        }
    }

    private void Parse(ReadOnlySpan<byte> mounts, int? pid)
    {
        // One vectorised search spares nearly every mount namespace the parsing.
        if (mounts.IndexOf(" - nsfs "u8) < 0)
            return;
        while (!mounts.IsEmpty)
        {
            if (!MountInfo.TryParse(MountInfo.NextLine(ref mounts), out var mount) || !mount.FileSystem.SequenceEqual("nsfs"u8))
                continue;
            var path = MountInfo.Unescape(mount.MountPoint);
            MountPoints.Add(path);
            if (!NamespaceLink.TryParse(mount.Root, out var kind, out var id) || !NamespaceTypes.TryParse(kind, out var type)
                || (types & NamespaceTypes.BitOf(type)) == 0)
                continue;
            table.GetOrAdd(id, type).Keepers.Add(new NamespaceKeeper(NamespaceKeeperKind.Mount) { Path = path, ProcessId = pid });
        }
    }
}
