using PSContainer.Engine.Containers;
using PSContainer.Engine.Records;
using PSContainer.Engine.Roots;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using TreeRemoval = PSContainer.Kernel.Trees.TreeRemoval;

namespace PSContainer.Engine.Builds.Steps;

/// <summary>
/// Where one step works: a folder with a lock that its maker holds, and perhaps a container of the same name. What a killed build leaves
/// has a lock that nobody holds, and goes with the next build or repair.
/// </summary>
internal sealed class BuildScratch : IDisposable
{
    private const string LockName = "lock";

    private readonly ContainerEngine _engine;
    private readonly FileLock _held;

    private BuildScratch(ContainerEngine engine, string folder, FileLock held) => (_engine, Folder, _held) = (engine, folder, held);

    public string Folder { get; }

    /// <summary>Of the container, if the step runs one.</summary>
    public string Name => Path.GetFileName(Folder);

    public static BuildScratch Make(ContainerEngine engine)
    {
        string folder = Path.Combine(Home(engine.Store.Root), "build-" + ContainerId.Short(ContainerId.New()));
        Directory.CreateDirectory(folder);
        // A sweep in between removes the folder: only one that is locked is ours.
        return Adopt(engine, folder) ?? Make(engine);
    }

    /// <summary>Clears what killed builds have left.</summary>
    /// <returns>How many there were.</returns>
    public static int Sweep(ContainerEngine engine)
    {
        string home = Home(engine.Store.Root);
        if (!Directory.Exists(home)) return 0;
        int swept = 0;
        foreach (string folder in Directory.EnumerateDirectories(home))
        {
            if (Adopt(engine, folder) is not { } left) continue;
            left.Dispose();
            swept++;
        }
        return swept;
    }

    /// <summary>The upper and work folders for an overlay here.</summary>
    /// <exception cref="EngineException">BuildStorageUnfit.</exception>
    public void MakeWritable(IReadOnlyList<string> lowers)
    {
        if (!WritableFolders.Make(Folder, lowers)) throw Unfit(_engine.Store.Root);
    }

    public static EngineException Unfit(StorageRoot root)
        => new("BuildStorageUnfit", Reason.NotSupported, $"'{root.Data}' lies on a file system that can't hold what a build writes.", "Move the storage to a disk with ext4, xfs or btrfs: set $env:PSCONTAINER_ROOT.");

    public void Dispose()
    {
        if (_engine.Store.IdOfName(Name) is not null) _engine.Remove(_engine.Get(Name), force: true);
        // The lock's file goes while it is held, so that nobody takes it in a folder that is about to go.
        TreeRemoval.Remove(Folder);
        _held.Dispose();
    }

    private static string Home(StorageRoot root) => Path.Combine(root.Builds, "scratch");

    private static BuildScratch? Adopt(ContainerEngine engine, string folder)
    {
        string path = Path.Combine(folder, LockName);
        try
        {
            if (FileLock.TryTake(path) is not { } held) return null;
            if (held.IsAt(path)) return new BuildScratch(engine, folder, held);
            held.Dispose();
        }
        catch (KernelException gone) when (gone.Errno == Errno.ENOENT)
        {
            // Its maker has just finished.
        }
        return null;
    }
}
