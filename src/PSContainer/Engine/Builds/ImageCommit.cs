using PSContainer.Engine.Blobs;
using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Builds;

/// <summary>Makes an image of a container: its image's layers as they are, and what it has written as one more; docker commit.</summary>
public sealed class ImageCommit(ContainerEngine engine)
{
    /// <summary>
    /// A container that runs stands still while its files are read, and goes on afterwards; one that does not can't be started meanwhile. The settings
    /// are the image's own, not those that this one container was made with.
    /// </summary>
    /// <param name="message">For the image's history.</param>
    /// <exception cref="EngineException">ContainerKeepsNothing, ContainerBusy, ImageNotFound, ImageOptionInvalid, LayerNotPackable, FreezeTimedOut.</exception>
    public StoredImage Commit(Container container, ImageSettings settings, string? message, IReadOnlyList<ImageReference> names, IProgress<LayerProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (container.Record is not { From: { } from, IsKept: true }) throw ContainerRoot.KeepsNothing(container);
        ImageStore images = engine.Images;
        using FileLock adding = images.Adding();
        StoredImage image = images.Get(from.Id.ToString());
        ImageConfig config = settings.ApplyTo(image.Config);
        PackedLayer layer = Pack(engine.Get(container.Id), images.Blobs, cancellation);
        bool isEmpty = layer.Entries == 0;
        if (!isEmpty)
        {
            using FileStream blob = images.Blobs.Open(layer.Blob.Digest);
            images.Layers.Unpack(blob, layer.Blob, layer.DiffId, progress, cancellation);
        }
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var step = new HistoryEntry { Created = now, CreatedBy = container.Command.Length > 0 ? container.Command : null, Author = settings.Author, Comment = message, EmptyLayer = isEmpty };
        config = config with { Created = now, DiffIds = isEmpty ? config.DiffIds : [.. config.DiffIds, layer.DiffId], History = [.. Whole(config), step] };
        return images.Add(config, isEmpty ? image.Manifest.Layers : [.. image.Manifest.Layers, layer.Blob], names);
    }

    // A history tells the layers in their order; where a maker has left some out, the new one would be taken for one of those.
    private static IEnumerable<HistoryEntry> Whole(ImageConfig config)
        => config.History.Concat(Enumerable.Repeat(new HistoryEntry { Created = config.Created }, Math.Max(0, config.DiffIds.Count - config.History.Count(step => !step.EmptyLayer))));

    private PackedLayer Pack(Container container, BlobStore blobs, CancellationToken cancellation)
    {
        string folder = engine.Store.Root.ContainerFolder(container.Id);
        string[] upper = [Path.Combine(folder, LayerStack.Upper)];
        if (container.Cgroup is { IsFrozen: false } cgroup && TryFreeze(cgroup))
        {
            try
            {
                return LayerPacker.Pack(blobs, upper, TreeKind.Layer, cancellation: cancellation);
            }
            finally
            {
                cgroup.Thaw();
            }
        }
        if (container.Cgroup is not null) return LayerPacker.Pack(blobs, upper, TreeKind.Layer, cancellation: cancellation);
        using FileLock held = FileLock.TryTake(engine.Store.Root.ContainerLock(container.Id))
            ?? throw new EngineException("ContainerBusy", Reason.WrongState, $"The container '{container.Name}' is just being started, stopped or written to.", "Try again in a moment.");
        return LayerPacker.Pack(blobs, upper, TreeKind.Layer, cancellation: cancellation);
    }

    // One that has just ended stands still of its own accord.
    private static bool TryFreeze(ContainerCgroup cgroup)
    {
        try
        {
            cgroup.Freeze();
            return true;
        }
        catch (EngineException gone) when (gone.Id == "CgroupNotFound")
        {
            return false;
        }
    }
}
