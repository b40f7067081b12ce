using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Records;
using PSContainer.Engine.Roots;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>Where a container's root is, running or not, or before there is one.</summary>
internal static class ContainerRoot
{
    /// <summary>The root that a wish is for, before there is a container: nothing can be written to it.</summary>
    /// <exception cref="EngineException">LayerMissing, PermissionDenied.</exception>
    public static RootView Of(ContainerSpec spec, StorageRoot storage)
    {
        if (spec.Image is null) return RootView.At(spec.RootFs ?? "/");
        MountPoints.Make(storage);
        IReadOnlyList<string> lowers = ImageUse.Of(spec.Image).Lowers(storage);
        return lowers is [var only, _] ? RootView.OfLayer(only) : RootView.OfLayers(lowers, null, storage.Images);
    }

    /// <summary>A container's root: of one that runs the very root that its processes see; of one that does not, its layers put together.</summary>
    /// <param name="container">As it is now.</param>
    /// <param name="writes">Something is to be written there; as long as this is open, the container can't be started.</param>
    /// <exception cref="EngineException">ContainerKeepsNothing, ContainerBusy, LayerMissing, PermissionDenied.</exception>
    public static RootView Of(Container container, StorageRoot storage, bool writes)
    {
        if (container.IsAlive) return RootView.OfProcess(container.Run!.Init, container.Name, container.Security is { UidMappings: { Count: > 0 } uids, GidMappings: var gids } ? new RootUsers(uids, gids) : null);
        ContainerRecord record = container.Record;
        string folder = storage.ContainerFolder(record.Id), mountPoint = Path.Combine(folder, "rootfs");
        if (writes && !record.IsKept) throw KeepsNothing(container);
        if (record.From is null) return RootView.OfFolder(record.Lowers[0]);
        IReadOnlyList<string> lowers = record.From.Lowers(storage);
        if (!writes)
            // What it wrote is one more layer here: nothing is held by that, and nothing can be changed.
            return RootView.OfLayers(record.IsKept ? [Path.Combine(folder, LayerStack.Upper), .. lowers] : lowers, null, mountPoint);
        FileLock held = FileLock.TryTake(storage.ContainerLock(record.Id))
            ?? throw new EngineException("ContainerBusy", Reason.WrongState, $"The container '{container.Name}' is just being started, stopped or written to.", "Try again in a moment.");
        try
        {
            return RootView.OfLayers(lowers, folder, mountPoint, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>How it differs from its image.</summary>
    /// <exception cref="EngineException">ContainerKeepsNothing, LayerMissing.</exception>
    public static IReadOnlyList<FileChange> Compare(Container container, StorageRoot storage, CancellationToken cancelled)
    {
        (string upper, IReadOnlyList<string> lowers) = Layers(container, storage);
        return [.. ChangeList.Read(upper, lowers, cancelled).Select(change => change with { ContainerName = container.Name, ContainerId = container.Id })];
    }

    /// <summary>Writes it as a tar.</summary>
    /// <exception cref="EngineException">ContainerKeepsNothing, LayerNotPackable.</exception>
    public static void Export(Container container, StorageRoot storage, string path, CancellationToken cancelled)
    {
        (string upper, IReadOnlyList<string> lowers) = Layers(container, storage);
        RootExport.Write([upper, .. lowers], path, cancelled);
    }

    /// <summary>The answer to whoever wants what a container has written, where it was written to memory.</summary>
    public static EngineException KeepsNothing(Container container) => new("ContainerKeepsNothing", Reason.WrongState,
        container.Record.From is null
            ? $"What '{container.Name}' writes is in memory and goes when it ends: its root is no image's."
            : $"What '{container.Name}' writes is in memory and goes when it ends: the storage's file system can hold no overlay.",
        container.Record.From is null ? "Make the container of an image (New-Container -Image)." : "Move the storage to a disk of this machine ($env:PSCONTAINER_ROOT).");

    private static (string Upper, IReadOnlyList<string> Lowers) Layers(Container container, StorageRoot storage)
        => container.Record is { From: { } from, IsKept: true }
            ? (Path.Combine(storage.ContainerFolder(container.Id), LayerStack.Upper), from.Lowers(storage)) : throw KeepsNothing(container);
}
