using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Containers.Users;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Records;
using PSContainer.Engine.Roots;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Containers;

/// <summary>
/// The containers' records: a folder an id, and beside them a file a name. The name is taken first and given back last, so
/// that whatever is cut off in between is found by its name or, failing that, by Repair.
/// </summary>
public sealed class ContainerStore(StorageRoot root)
{
    public StorageRoot Root { get; } = root;

    /// <summary>Writes down a new container; nothing runs yet.</summary>
    /// <param name="spec">Checked.</param>
    /// <param name="id">From <see cref="ContainerId.New"/>, where somebody has to know it beforehand.</param>
    /// <exception cref="EngineException">ContainerNameTaken, PermissionDenied, and where there are no ids for its users.</exception>
    public ContainerRecord Add(ContainerSpec spec, string? id = null)
    {
        id ??= ContainerId.New();
        using FileLock? image = spec.Image is null ? null : new ImageStore(Root).Using(spec.Image);
        if (spec.Users.IsAuto && !Directory.Exists(Root.Data)) MakeFolders();
        using UserRanges users = UserRanges.Find(spec.Users, Root, () => All());
        spec = spec with { Users = users.Found };
        using RootView root = ContainerRoot.Of(spec, Root);
        RuntimeSpec runtime = SpecTranslation.ToRuntimeSpec(spec.WithVolumesIn(Root.ContainerFolder(id)), id, root.ReadText);
        ContainerNetworking networking = spec.Network.Resolve(Root, runtime.Hostname!, wanted => Get(wanted).Id);
        string name = TakeName(spec.Name, id);
        string folder = Root.ContainerFolder(id);
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "rootfs"));
            ContainerRecord record = NewRecord(spec, id, name);
            if (record.From is not null) record = record with { IsKept = WritableFolders.Make(folder, record.From.Lowers(Root)) };
            AnonymousVolumes.Fill(root, spec.AnonymousVolumes, folder);
            RuntimeSpecWriter.WriteBundle(runtime, folder);
            networking.Write(folder);
            record.Write(folder);
            return record;
        }
        catch
        {
            Discard(id, name);
            throw;
        }
    }

    /// <summary>What container.json will say of a wish.</summary>
    internal static ContainerRecord NewRecord(ContainerSpec spec, string id, string name) => new()
    {
        Id = id, Name = name, Created = DateTimeOffset.Now, Idle = spec.Command is null, AutoRemove = spec.AutoRemove, Labels = spec.Labels,
        Lowers = spec.Image is null ? [spec.RootFs ?? "/"] : [],
        From = spec.Image is null ? null : ImageUse.Of(spec.Image),
        Command = spec.Command is null ? "(idle)" : string.Join(' ', spec.Arguments.Prepend(spec.Command)),
        StopSignal = spec.StopSignal, Ports = spec.Ports, Security = ContainerSecurity.Of(spec.Security, spec.Users),
    };

    /// <summary>Every record that can be read; the others are told of, and do not hide the rest.</summary>
    public IReadOnlyList<ContainerRecord> All(Action<EngineException>? broken = null)
    {
        var records = new List<ContainerRecord>();
        if (!Directory.Exists(Root.Containers)) return records;
        foreach (string folder in Folders())
        {
            try
            {
                if (ContainerRecord.Read(folder) is { } record) records.Add(record);
            }
            catch (EngineException failure)
            {
                broken?.Invoke(failure);
            }
        }
        return [.. records.OrderBy(record => record.Created)];
    }

    /// <summary>The one container that is meant: by its name, or by an id or the unique beginning of one.</summary>
    /// <exception cref="EngineException">ContainerNotFound, ContainerAmbiguous, StateCorrupt.</exception>
    public ContainerRecord Get(string nameOrId)
    {
        if (IsPlain(nameOrId))
        {
            if (IdOfName(nameOrId) is { } id && ContainerRecord.Read(Root.ContainerFolder(id)) is { } named) return named;
            string[] matches = Directory.Exists(Root.Containers) ? [.. Directory.EnumerateDirectories(Root.Containers, nameOrId + "*").Take(2)] : [];
            if (matches.Length > 1)
                throw new EngineException("ContainerAmbiguous", Reason.InvalidInput, $"Several containers' ids begin with '{nameOrId}'.", "Give more of the id, or the name.");
            if (matches is [var folder] && ContainerRecord.Read(folder) is { } found) return found;
        }
        throw new EngineException("ContainerNotFound", Reason.NotFound, $"There is no container '{Printable.Of(nameOrId)}'.", "Get-Container lists them all.");
    }

    /// <summary>What a container is called, as long as there is one with this id.</summary>
    public string ShownName(string id) => ContainerRecord.Read(Root.ContainerFolder(id))?.Name ?? ContainerId.Short(id);

    /// <summary>Names alone, for completion: one folder is read, no file.</summary>
    public IEnumerable<string> AllNames()
        => Directory.Exists(Root.Names) ? Directory.EnumerateFiles(Root.Names).Select(file => Path.GetFileName(file)).Order(StringComparer.OrdinalIgnoreCase) : [];

    /// <summary>Removes the record and gives the name back.</summary>
    public void Discard(string id, string name)
    {
        string folder = Root.ContainerFolder(id);
        try
        {
            // The record goes first: without it nobody takes a half-removed folder for a container.
            File.Delete(Path.Combine(folder, ContainerRecord.FileName));
        }
        catch (DirectoryNotFoundException)
        {
            // Another session removes it as well, and was faster.
        }
        TreeRemoval.Remove(folder);
        if (IdOfName(name) == id) File.Delete(Path.Combine(Root.Names, name));
    }

    /// <exception cref="EngineException">ContainerNameTaken.</exception>
    public void Rename(ContainerRecord record, string name)
    {
        ContainerSpec.CheckName(name);
        if (!TryTake(name, record.Id)) throw Taken(name);
        ContainerRecord.Change(Root.ContainerFolder(record.Id), known => known with { Name = name });
        File.Delete(Path.Combine(Root.Names, record.Name));
    }

    public string? IdOfName(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Root.Names, name));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private IEnumerable<string> Folders()
    {
        try
        {
            return Directory.EnumerateDirectories(Root.Containers);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{Root.Containers}' can't be read.", "Run as root (sudo pwsh).", denied);
        }
    }

    private string TakeName(string? wanted, string id)
    {
        if (wanted is not null) return TryTake(wanted, id) ? wanted : throw Taken(wanted);
        for (int attempt = 0; ; attempt++)
        {
            string name = ContainerId.NewName(attempt);
            if (TryTake(name, id)) return name;
        }
    }

    private bool TryTake(string name, string id)
    {
        string path = Path.Combine(Root.Names, name);
        int file;
        while ((file = Files.TryOpen(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x180)) < 0)
        {
            switch (Syscall.Last)
            {
                case Errno.EEXIST: return false;
                case Errno.ENOENT: MakeFolders(); continue;
                case Errno.EACCES or Errno.EPERM or Errno.EROFS:
                    throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{path}' can't be written.", "Run as root (sudo pwsh).");
                default: throw new KernelException("open", Syscall.Last, path);
            }
        }
        bool written = Files.Write(file, System.Text.Encoding.ASCII.GetBytes(id));
        Errno error = Syscall.Last;
        Files.Close(file);
        if (written) return true;
        File.Delete(path);
        throw new KernelException("write", error, path);
    }

    private void MakeFolders()
    {
        try
        {
            foreach (string folder in (string[])[Root.Data, Root.Containers, Root.Names])
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{Root.Data}' can't be made.", "Run as root (sudo pwsh).", denied);
        }
    }

    private static bool IsPlain(string name)
        => name.Length is > 0 and <= ContainerSpec.LongestName && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") && name is not ("." or "..");

    private static EngineException Taken(string name)
        => new("ContainerNameTaken", Reason.AlreadyExists, $"There is a container named '{name}' already.", "Choose another name, or remove that one first (Remove-Container).");
}
