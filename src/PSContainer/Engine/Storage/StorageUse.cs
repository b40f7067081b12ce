using PSContainer.Engine.Containers;
using PSContainer.Engine.Images;

namespace PSContainer.Engine.Storage;

/// <summary>Who holds which part of the store, at one moment: what images share, and what nobody holds.</summary>
public sealed class StorageUse : IImageUse
{
    private readonly ImageStore _store;
    private readonly Dictionary<StoredPart, int> _byImages = [], _byContainers = [];

    public StorageUse(ImageStore store, ContainerStore containers)
    {
        _store = store;
        Images = store.All(_ => IsWhole = false);
        Containers = containers.All(_ => IsWhole = false);
        foreach (StoredImage image in Images) Count(_byImages, PartsOf(image), 1);
        foreach (ContainerRecord container in Containers) Count(_byContainers, PartsOf(container), 1);
    }

    public IReadOnlyList<StoredImage> Images { get; }

    public IReadOnlyList<ContainerRecord> Containers { get; }

    /// <summary>Every image and every container could be read: what nobody holds is really nobody's.</summary>
    public bool IsWhole { get; private set; } = true;

    public IEnumerable<ContainerRecord> ContainersOf(StoredImage image) => Containers.Where(container => container.From?.Id == image.Id);

    public IEnumerable<string> ContainerNames(StoredImage image) => ContainersOf(image).Select(container => container.Name);

    public long Size(StoredImage image) => PartsOf(image).Sum(_store.SizeOf);

    public long SharedSize(StoredImage image) => PartsOf(image).Where(part => _byImages.GetValueOrDefault(part) > 1).Sum(_store.SizeOf);

    public bool IsHeld(StoredPart part) => _byImages.GetValueOrDefault(part) > 0 || _byContainers.GetValueOrDefault(part) > 0;

    /// <summary>The parts that nobody would hold without this image.</summary>
    public IReadOnlyList<StoredPart> OnlyOf(StoredImage image)
        => IsWhole ? [.. PartsOf(image).Where(part => _byImages.GetValueOrDefault(part) <= 1 && _byContainers.GetValueOrDefault(part) == 0)] : [];

    /// <summary>Counts as if it were gone.</summary>
    public void Drop(StoredImage image) => Count(_byImages, PartsOf(image), -1);

    /// <inheritdoc cref="Drop(StoredImage)"/>
    public void Drop(ContainerRecord container) => Count(_byContainers, PartsOf(container), -1);

    private static IEnumerable<StoredPart> PartsOf(StoredImage image)
        => image.Manifest.Layers.Select(layer => layer.Digest).Append(image.Id).Append(image.Descriptor.Digest).Distinct().Select(blob => new StoredPart(blob, false))
            .Concat(image.Config.DiffIds.Distinct().Select(layer => new StoredPart(layer, true)));

    private static IEnumerable<StoredPart> PartsOf(ContainerRecord container)
        => container.From?.DiffIds.Distinct().Select(layer => new StoredPart(layer, true)) ?? [];

    private static void Count(Dictionary<StoredPart, int> holders, IEnumerable<StoredPart> parts, int change)
    {
        foreach (StoredPart part in parts) holders[part] = holders.GetValueOrDefault(part) + change;
    }
}
