using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Life;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Life;
using PSContainer.Engine.Networks;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Repair;

/// <summary>
/// Finds what was left behind. It looks at nothing that may still be in the making: a container's folder is touched only with
/// its lock in hand, and what has no lock only once it is older than <see cref="s_settled"/>.
/// </summary>
public sealed class StorageRepair(ContainerStore store)
{
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(10);

    private readonly StorageRoot _root = store.Root;

    /// <summary>Everything that can be cleared; changes nothing.</summary>
    public IReadOnlyList<Residue> Find()
    {
        var found = new List<Residue>();
        FindDead(found);
        FindRecords(found);
        FindNames(found);
        FindCgroups(found);
        new NetworkRepair(_root).Find(found, [.. found.Where(residue => residue.Kind == ResidueKind.DeadContainer).Select(residue => residue.Target)]);
        return found;
    }

    /// <summary>Clears one find. Most are gone by then if another repair was faster, which is fine.</summary>
    public static void Clear(Residue residue) => residue.Clear();

    // A run folder whose supervisor is gone. Those of the OCI verbs have none and are their caller's to delete.
    private void FindDead(List<Residue> found)
    {
        foreach (string folder in Folders(_root.Run))
        {
            string id = Path.GetFileName(folder);
            string lockFile = _root.ContainerLock(id);
            RunState? state;
            try
            {
                state = RunState.Read(folder);
            }
            catch (EngineException broken)
            {
                if (Unlocked(lockFile)) found.Add(Dead(id, broken.Message));
                continue;
            }
            if (state is null)
            {
                if (IsSettled(folder) && Unlocked(lockFile)) found.Add(Dead(id, "its making was cut off"));
            }
            else if (state.Supervisor is { IsAlive: false })
            {
                found.Add(Dead(id, "its supervisor was killed"));
            }
        }
    }

    private Residue Dead(string id, string why) => new(ResidueKind.DeadContainer, id, why) { Clear = () => RunResidue.TryClear(_root, id) };

    private void FindRecords(List<Residue> found)
    {
        foreach (string folder in Folders(_root.Containers))
        {
            string id = Path.GetFileName(folder);
            string? why = null;
            ContainerRecord? record = null;
            try
            {
                record = ContainerRecord.Read(folder);
                ContainerNetworking.Read(folder);
                if (record is null) why = "it has no record: its making or its removal was cut off";
            }
            catch (EngineException broken)
            {
                why = broken.Message;
            }
            if (why is null && record!.AutoRemove && ExitRecord.Read(folder) is not null && !Directory.Exists(_root.RunFolder(id))) why = "it has ended and was to remove itself";
            if (why is null || !IsSettled(folder) || !Unlocked(_root.ContainerLock(id))) continue;
            string? name = record?.Name;
            found.Add(new Residue(ResidueKind.Record, folder, why) { Clear = () => store.Discard(id, name ?? NameOf(id) ?? id) });
        }
    }

    private void FindNames(List<Residue> found)
    {
        foreach (string name in store.AllNames())
        {
            string path = Path.Combine(_root.Names, name);
            if (store.IdOfName(name) is { } id && (id.Length > 0 && Directory.Exists(_root.ContainerFolder(id)) || !IsSettled(path))) continue;
            found.Add(new Residue(ResidueKind.Name, name, "no container has it") { Clear = () => File.Delete(path) });
        }
    }

    // Only empty groups: what runs in one of ours that this storage does not know may belong to another storage.
    private void FindCgroups(List<Residue> found)
    {
        CgroupMounts mounts = CgroupMounts.Discover();
        foreach (string path in CgroupLeftovers.Find(mounts))
        {
            if (CgroupLeftovers.ContainerId(path) is not { } id || Directory.Exists(_root.RunFolder(id)) || found.Any(other => other.Target == id)) continue;
            ContainerCgroup cgroup = ContainerCgroup.Open(path, mounts);
            if (cgroup.ProcessIds().Count > 0 || !cgroup.Groups.Where(group => group.Exists).All(group => IsSettled(group.Directory))) continue;
            found.Add(new Residue(ResidueKind.Cgroup, path, "nothing runs in it and no container has it") { Clear = () => cgroup.Remove() });
        }
    }

    private string? NameOf(string id) => store.AllNames().FirstOrDefault(name => store.IdOfName(name) == id);

    private static IEnumerable<string> Folders(string parent) => Directory.Exists(parent) ? Directory.EnumerateDirectories(parent) : [];

    private static bool IsSettled(string path) => DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > s_settled;

    /// <summary>Nobody supervises: the lock is free, or was never made.</summary>
    private static bool Unlocked(string lockFile)
    {
        int file = Files.TryOpen(lockFile, OpenFlags.ReadWrite);
        if (file < 0) return true;
        try
        {
            return Files.TryLock(file);
        }
        finally
        {
            Files.Close(file);
        }
    }
}
