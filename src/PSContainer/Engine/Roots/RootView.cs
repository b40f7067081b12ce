using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Roots;

/// <summary>A root as somebody outside of it sees it: an open folder, below which every path is resolved in it.</summary>
public sealed class RootView : IDisposable
{
    private readonly IDisposable? _held;

    private RootView(int descriptor, IDisposable? held = null) => (Descriptor, _held) = (descriptor, held);

    /// <summary>The root, by O_PATH; -1 where there is none.</summary>
    public int Descriptor { get; private set; }

    /// <exception cref="KernelException"/>
    public static RootView OfThisMachine() => new(Files.Open("/", OpenFlags.Path | OpenFlags.Directory));

    /// <summary>The root that a wish is for, before there is a container: nothing can be written to it.</summary>
    /// <exception cref="EngineException">LayerMissing, PermissionDenied.</exception>
    public static RootView Of(ContainerSpec spec, StorageRoot storage)
    {
        if (spec.Image is null) return new RootView(Files.TryOpen(spec.RootFs ?? "/", OpenFlags.Path | OpenFlags.Directory));
        MountPoints.Make(storage);
        IReadOnlyList<string> lowers = ImageUse.Of(spec.Image).Lowers(storage);
        // One layer is a root as it is.
        return new RootView(lowers is [var only, _] ? OpenLayer(only) : MergedRoot.Open(lowers, null, storage.Images));
    }

    /// <summary>A container's root: of one that runs the very root that its processes see; of one that does not, its layers put together.</summary>
    /// <param name="container">As it is now.</param>
    /// <param name="writes">Something is to be written there; as long as this is open, the container can't be started.</param>
    /// <exception cref="EngineException">ContainerKeepsNothing, ContainerBusy, LayerMissing, PermissionDenied.</exception>
    public static RootView Of(Container container, StorageRoot storage, bool writes)
    {
        if (container.IsAlive) return Running(container);
        ContainerRecord record = container.Record;
        string folder = storage.ContainerFolder(record.Id), mountPoint = Path.Combine(folder, "rootfs");
        if (writes && !record.IsKept) throw KeepsNothing(container);
        if (record.From is null) return new RootView(Files.Open(record.Lowers[0], OpenFlags.Path | OpenFlags.Directory));
        IReadOnlyList<string> lowers = record.From.Lowers(storage);
        if (!writes)
            // What it wrote is one more layer here: nothing is held by that, and nothing can be changed.
            return new RootView(MergedRoot.Open(record.IsKept ? [Path.Combine(folder, LayerStack.Upper), .. lowers] : lowers, null, mountPoint));
        FileLock held = FileLock.TryTake(Path.Combine(folder, ContainerRecord.LockName))
            ?? throw new EngineException("ContainerBusy", Reason.WrongState, $"The container '{container.Name}' is just being started, stopped or written to.", "Try again in a moment.");
        try
        {
            return new RootView(MergedRoot.Open(lowers, folder, mountPoint), held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The answer to whoever wants what a container has written, where it was written to memory.</summary>
    public static EngineException KeepsNothing(Container container) => new("ContainerKeepsNothing", Reason.WrongState,
        container.Record.From is null
            ? $"What '{container.Name}' writes is in memory and goes when it ends: its root is no image's."
            : $"What '{container.Name}' writes is in memory and goes when it ends: the storage's file system can hold no overlay.",
        container.Record.From is null ? "Make the container of an image (New-Container -Image)." : "Move the storage to a disk of this machine ($env:PSCONTAINER_ROOT).");

    // Through the process, and checked afterwards: a number that was another's by then would have shown another root.
    private static RootView Running(Container container)
    {
        int descriptor = Files.TryOpen($"/proc/{container.Pid}/root", OpenFlags.Path | OpenFlags.Directory);
        Errno errno = Syscall.Last;
        if (descriptor >= 0 && container.Run!.Init.IsAlive) return new RootView(descriptor);
        if (descriptor >= 0) Files.Close(descriptor);
        else if (errno is Errno.EACCES or Errno.EPERM) throw new EngineException("PermissionDenied", Reason.NoPermission, $"The root of '{container.Name}' can't be looked at.", "Run as root (sudo pwsh).");
        throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{container.Name}' has just stopped.", "Try again.");
    }

    /// <summary>A text file of it, for names of users; null where there is none.</summary>
    public string? ReadText(string path) => Descriptor < 0 ? null : UserName.ReadBelow(Descriptor, path);

    public void Dispose()
    {
        if (Descriptor >= 0) Files.Close(Descriptor);
        Descriptor = -1;
        _held?.Dispose();
    }

    private static int OpenLayer(string folder)
    {
        int descriptor = Files.TryOpen(folder, OpenFlags.Path | OpenFlags.Directory);
        return descriptor >= 0 ? descriptor
            : throw new EngineException("LayerMissing", Reason.Corrupt, $"A layer is gone from this machine ({folder}).", "Import or pull the image again.");
    }
}
