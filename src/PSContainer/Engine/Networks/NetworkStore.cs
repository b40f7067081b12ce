using System.Text.Json;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks;

/// <summary>
/// The networks' records, NAME.json, and the addresses in use, NAME.leases in the run folder. Whoever changes one of them, a bridge or a
/// hosts file holds the one lock of them all: that is microseconds, and the kernel lets only one at a time change links anyway.
/// </summary>
public sealed class NetworkStore(StorageRoot root)
{
    private const string RecordEnd = ".json", LockName = ".lock";

    public StorageRoot Root { get; } = root;

    /// <summary>Waits for the lock; it is free again once the result is disposed of, or its process has ended.</summary>
    /// <exception cref="EngineException">PermissionDenied.</exception>
    public IDisposable Lock()
    {
        string path = Path.Combine(Root.Networks, LockName);
        int file = Files.TryOpen(path, OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        if (file < 0 && Syscall.Last == Errno.ENOENT)
        {
            Directory.CreateDirectory(Root.Networks);
            file = Files.TryOpen(path, OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        }
        if (file < 0)
            throw Syscall.Last is Errno.EACCES or Errno.EPERM or Errno.EROFS
                ? new EngineException("PermissionDenied", Reason.NoPermission, $"'{path}' can't be written.", "Run as root (sudo pwsh).")
                : new KernelException("open", Syscall.Last, path);
        Files.Lock(file);
        return new Held(file);
    }

    /// <exception cref="EngineException">NetworkNotFound, StateCorrupt.</exception>
    public ContainerNetwork Get(string name)
        => (IsPlain(name) ? Find(name) : null)
            ?? throw new EngineException("NetworkNotFound", Reason.NotFound, $"There is no network '{Argument.Printable(name)}'.",
                "Get-ContainerNetwork lists them; New-ContainerNetwork makes one. Host, None and container:NAME are no names of networks.");

    /// <summary>null where there is none.</summary>
    /// <exception cref="EngineException">StateCorrupt.</exception>
    public ContainerNetwork? Find(string name) => ContainerNetwork.Read(Record(name)) is { } network ? network with { Store = this } : null;

    /// <summary>All that can be read, by name; the others are told of.</summary>
    public IReadOnlyList<ContainerNetwork> All(Action<EngineException>? broken = null)
    {
        var networks = new List<ContainerNetwork>();
        foreach (string name in AllNames())
        {
            try
            {
                if (Find(name) is { } network) networks.Add(network);
            }
            catch (EngineException failure)
            {
                broken?.Invoke(failure);
            }
        }
        return networks;
    }

    /// <summary>Names alone, for completion: one folder is read, no file.</summary>
    public IEnumerable<string> AllNames()
        => Directory.Exists(Root.Networks)
            ? Directory.EnumerateFiles(Root.Networks, "*" + RecordEnd).Select(file => Path.GetFileName(file)[..^RecordEnd.Length]).Order(StringComparer.OrdinalIgnoreCase)
            : [];

    /// <summary>The addresses in use on a network.</summary>
    /// <exception cref="EngineException">StateCorrupt.</exception>
    public IReadOnlyList<Lease> Leases(string network)
        => JsonFile.Read(Root.Leases(network), json => json.List("leases", Lease.Read).ToList()) ?? [];

    public void Write(ContainerNetwork network)
    {
        Directory.CreateDirectory(Root.Networks);
        network.Write(Record(network.Name));
    }

    public void WriteLeases(string network, IReadOnlyList<Lease> leases)
    {
        if (leases.Count == 0)
        {
            DeleteLeases(network);
            return;
        }
        new RunStore(Root).MakeRoot();
        JsonFile.Write(Root.Leases(network), json =>
        {
            json.WriteStartArray("leases");
            foreach (Lease lease in leases) lease.Write(json);
            json.WriteEndArray();
        }, indented: false);
    }

    internal void Delete(string network)
    {
        DeleteLeases(network);
        File.Delete(Record(network));
    }

    private void DeleteLeases(string network)
    {
        // File.Delete takes the folder for granted, and where nothing of ours ever ran there is none.
        if (Directory.Exists(Root.Run)) File.Delete(Root.Leases(network));
    }

    /// <summary>A network's name is a file's.</summary>
    internal static bool IsPlain(string name)
        => name.Length is > 0 and <= ContainerSpec.LongestName && char.IsAsciiLetterOrDigit(name[0])
            && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private string Record(string name) => Path.Combine(Root.Networks, name + RecordEnd);

    private sealed class Held(int file) : IDisposable
    {
        private int _file = file;

        public void Dispose()
        {
            int open = Interlocked.Exchange(ref _file, -1);
            if (open >= 0) Files.Close(open);
        }
    }
}
