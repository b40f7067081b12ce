using System.Text;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks;

/// <summary>
/// The networks' records, NAME.json, and the addresses in use, NAME.leases in the run folder. Whoever changes one of them, a bridge or a
/// hosts file holds the one lock of them all: that is microseconds, and the kernel lets only one at a time change links anyway.
/// </summary>
public sealed class NetworkStore(StorageRoot root)
{
    private const string RecordEnd = ".json", LockName = ".lock";
    private const int LongestName = 128;

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
            ?? throw new EngineException("NetworkNotFound", Reason.NotFound, $"There is no network '{Printable.Of(name)}'.",
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
    public IReadOnlyList<Lease> Leases(string network) => StateFile.Read(Root.Leases(network), bytes =>
    {
        var leases = new List<Lease>();
        foreach (string line in Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)) leases.Add(Lease.Parse(line));
        return leases;
    }, "Stop what runs on that network, and remove the file.") ?? [];

    public void Write(ContainerNetwork network)
    {
        Directory.CreateDirectory(Root.Networks);
        network.Write(Record(network.Name));
    }

    /// <summary>Adds one to them: a line, written at once, so that whoever reads meanwhile has it whole or not at all.</summary>
    /// <exception cref="KernelException"/>
    public void AddLease(string network, Lease lease)
    {
        new RunStore(Root).MakeRoot();
        string path = Root.Leases(network);
        int file = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x180);
        try
        {
            long length = FileStatus.Of(file, "").Size;
            if (Files.Write(file, Encoding.ASCII.GetBytes(lease.ToLine() + '\n'))) return;
            var full = new KernelException("write", Syscall.Last, path);
            // Half a line would be in everybody's way.
            Files.Truncate(file, length);
            throw full;
        }
        finally
        {
            Files.Close(file);
        }
    }

    /// <summary>Writes them all down anew; none at all is no file.</summary>
    /// <exception cref="KernelException"/>
    public void WriteLeases(string network, IReadOnlyList<Lease> leases)
    {
        if (leases.Count == 0)
        {
            DeleteLeases(network);
            return;
        }
        new RunStore(Root).MakeRoot();
        var text = new StringBuilder();
        foreach (Lease lease in leases) text.Append(lease.ToLine()).Append('\n');
        WholeFile.Replace(Root.Leases(network), Encoding.ASCII.GetBytes(text.ToString()));
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
        => name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0])
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
