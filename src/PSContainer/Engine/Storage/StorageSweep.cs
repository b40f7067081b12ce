using PSContainer.Engine.Builds.Cache;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Images;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Storage;

/// <summary>What kind of thing is not used.</summary>
public enum UnusedKind
{
    /// <summary>A container that has ended, or never ran.</summary>
    Container,
    /// <summary>An image, with all that is only its own.</summary>
    Image,
    /// <summary>A layer unpacked that no image and no container has.</summary>
    Layer,
    /// <summary>A blob that no image has.</summary>
    Blob,
    /// <summary>What was left of a download or an import that was broken off.</summary>
    Ingest,
}

/// <summary>Something that nobody uses.</summary>
/// <param name="Target">Its name, id or digest.</param>
/// <param name="Size">Bytes that are free when it is gone.</param>
public sealed record Unused(UnusedKind Kind, string Target, long Size)
{
    internal Action Clear { get; init; } = static () => { };

    public override string ToString() => $"{Kind} {Target}";

    internal Action Forget { get; init; } = static () => { };
}

/// <summary>
/// Clears the store of what nobody uses. As long as it is at it, nobody brings anything: else it would take a layer away that an image is just
/// about to have.
/// </summary>
public sealed class StorageSweep : IDisposable
{
    private static readonly EnumerationOptions s_below = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly StorageRoot _root;
    private readonly ImageStore _store;
    private readonly FileLock? _alone;
    private readonly StorageUse _use;
    private readonly HashSet<string> _gone = [];
    // They were told of with their image.
    private readonly HashSet<StoredPart> _counted = [];

    /// <exception cref="EngineException">StorageBusy.</exception>
    public StorageSweep(ImageStore store, ContainerStore containers)
    {
        _root = containers.Root;
        _store = store;
        _alone = store.Sweeping();
        if (_alone is null && store.Exists)
            throw new EngineException("StorageBusy", Reason.WrongState, "An image is being brought in, or made, at this moment.", "Wait until that is done, and clear then.");
        _use = new StorageUse(store, containers);
    }

    /// <summary>Something can't be read, so that nobody can say what belongs to it: blobs and layers are left as they are.</summary>
    public bool IsUncertain => !_use.IsWhole;

    /// <summary>A container that may go, with how it goes.</summary>
    public Unused Of(ContainerRecord container, Action remove) => new(UnusedKind.Container, container.Name, SizeOf(_root.ContainerFolder(container.Id)))
    {
        Clear = remove,
        Forget = () =>
        {
            if (_gone.Add(container.Id)) _use.Drop(container);
        },
    };

    /// <summary>Those images that no container uses: the nameless ones, or with <paramref name="all"/> those with names as well.</summary>
    public IEnumerable<Unused> Images(bool all)
    {
        foreach (StoredImage image in _use.Images.Where(image => (all || image.Names.Count == 0) && !_use.ContainersOf(image).Any(container => !_gone.Contains(container.Id))))
        {
            IReadOnlyList<StoredPart> parts = _use.OnlyOf(image);
            yield return new Unused(UnusedKind.Image, image.Name, parts.Sum(_store.SizeOf))
            {
                Forget = () =>
                {
                    _use.Drop(image);
                    _counted.UnionWith(parts);
                },
                Clear = () =>
                {
                    _store.Forget(image.Descriptor.Digest);
                    foreach (StoredPart part in parts) _store.Remove(part);
                },
            };
        }
    }

    /// <summary>Blobs, layers and broken-off downloads that belong to nothing.</summary>
    public IEnumerable<Unused> Rest()
    {
        foreach (FileInfo file in _store.Blobs.Abandoned()) yield return new Unused(UnusedKind.Ingest, file.Name, file.Length) { Clear = file.Delete };
        if (IsUncertain) yield break;
        foreach (StoredPart part in _store.AllParts().Where(part => !_use.IsHeld(part) && !_counted.Contains(part)))
            yield return new Unused(part.IsUnpacked ? UnusedKind.Layer : UnusedKind.Blob, part.Digest.ToString(), _store.SizeOf(part)) { Clear = () => _store.Remove(part) };
    }

    /// <summary>What leaves no bytes to count: folders of imports that were killed half way, and what builds remember of layers that are gone.</summary>
    public void Tidy()
    {
        _store.Layers.ClearLeftovers();
        new BuildCache(_root, _store).Sweep();
    }

    /// <summary>Clears it.</summary>
    public static void Clear(Unused unused)
    {
        unused.Clear();
        unused.Forget();
    }

    /// <summary>Only counts it as gone, to find what would be unused then.</summary>
    public static void Pretend(Unused unused) => unused.Forget();

    public void Dispose() => _alone?.Dispose();

    private static long SizeOf(string folder)
        => Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", s_below).Sum(file => file.Exists ? file.Length : 0) : 0;
}
