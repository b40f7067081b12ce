using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Images;

/// <summary>
/// The images: an OCI layout below the storage root, whose index.json names them (one entry a name), and their layers unpacked beside.
/// An image is in the index only when all of it is there, so whatever is cut off leaves a store that works.
/// </summary>
public sealed class ImageStore(StorageRoot root)
{
    private readonly LayoutIndex _index = new(root.Images);

    public BlobStore Blobs { get; } = new(root.Images);

    public LayerStore Layers { get; } = new(root);

    /// <summary>Held by whoever brings blobs or layers for an image that is not in the index yet: nothing is swept meanwhile.</summary>
    public FileLock Adding(CancellationToken cancel = default)
    {
        Directory.CreateDirectory(root.Images);
        return FileLock.Take(Path.Combine(root.Images, ".adding"), cancel, shared: true);
    }

    /// <summary>Held while a container of the image is written down: before that nobody can tell that the image is in use.</summary>
    /// <exception cref="EngineException">LayerMissing: it went in between.</exception>
    public FileLock Using(StoredImage image)
    {
        FileLock adding = Adding();
        foreach (Digest layer in image.Config.DiffIds)
        {
            if (Layers.Has(layer)) continue;
            adding.Dispose();
            throw NotUnpacked(layer);
        }
        return adding;
    }

    /// <summary>For whoever sweeps; null while somebody adds.</summary>
    public FileLock? Sweeping()
        => Directory.Exists(root.Images) ? FileLock.TryTake(Path.Combine(root.Images, ".adding")) : null;

    /// <summary>There is a store; else nothing was ever brought in.</summary>
    public bool Exists => Directory.Exists(root.Images);

    /// <summary>Every image, by name; what can't be read is told of and does not hide the rest.</summary>
    public IReadOnlyList<StoredImage> All(Action<EngineException>? broken = null)
    {
        var images = new List<StoredImage>();
        foreach (IGrouping<Digest, Descriptor> entries in _index.Read().GroupBy(entry => entry.Digest))
        {
            try
            {
                images.Add(Read([.. entries]));
            }
            catch (EngineException failure)
            {
                broken?.Invoke(failure);
            }
        }
        return [.. images.OrderBy(image => image.Name, StringComparer.Ordinal)];
    }

    /// <summary>Names alone, for completion: one file is read.</summary>
    public IEnumerable<string> AllNames() => _index.Read().Select(NameOf).OfType<ImageReference>().Select(name => name.ShortName).Order(StringComparer.Ordinal);

    /// <summary>The one image that is meant: by its name, by its id or the unique beginning of one, or by its manifest's digest.</summary>
    /// <exception cref="EngineException">ImageNotFound, ImageAmbiguous, ImageNameInvalid, BlobMissing, BlobCorrupt.</exception>
    public StoredImage Get(string nameOrId)
        => Find(nameOrId) ?? throw new EngineException("ImageNotFound", Reason.NotFound, $"There is no image '{Printable.Of(nameOrId)}' here.",
            "Get-ContainerImage lists them all; Request-ContainerImage and Import-ContainerImage bring one in.");

    /// <summary>As <see cref="Get"/>, but null where there is none.</summary>
    public StoredImage? Find(string nameOrId)
    {
        IReadOnlyList<Descriptor> entries = _index.Read();
        if (FindNamed(entries, nameOrId) is { } named) return named;
        string hex = nameOrId.StartsWith("sha256:", StringComparison.Ordinal) ? nameOrId["sha256:".Length..] : nameOrId;
        if (hex.Length is >= 4 and <= 64 && !hex.AsSpan().ContainsAnyExcept("0123456789abcdef"))
        {
            StoredImage[] matches = [.. All().Where(image => image.Id.Hex.StartsWith(hex, StringComparison.Ordinal) || image.Descriptor.Digest.Hex.StartsWith(hex, StringComparison.Ordinal))];
            if (matches.Length > 1)
                throw new EngineException("ImageAmbiguous", Reason.InvalidInput, $"Several images' ids begin with '{nameOrId}'.", "Give more of the id, or a name.");
            if (matches is [var one]) return one;
            if (hex != nameOrId || hex.Length == 64) return null;
        }
        ImageReference.Parse(nameOrId); // what can't be a name is an error of another kind
        return null;
    }

    /// <summary>Puts an image whose blobs and layers are all here into the index; a name that was another's becomes this one's.</summary>
    /// <param name="manifest">Its blob is in the store.</param>
    /// <param name="names">None: it has no name, as docker's &lt;none&gt;.</param>
    /// <exception cref="EngineException">BlobMissing, BlobCorrupt, ManifestInvalid, LayerMissing.</exception>
    public StoredImage Register(Descriptor manifest, params IReadOnlyList<ImageReference> names)
    {
        // What is looked for here must not go before it is named.
        using FileLock adding = Adding();
        StoredImage image = Read([manifest]);
        foreach (Digest layer in image.Config.DiffIds)
            if (!Layers.Has(layer)) throw NotUnpacked(layer);
        foreach (Descriptor layer in image.Manifest.Layers)
            if (!Blobs.Has(layer)) throw new EngineException("BlobMissing", Reason.NotFound, $"{layer.Digest} is not in the store.", "Bring the image in again.");
        var bare = new Descriptor(manifest.MediaType, manifest.Digest, manifest.Size) { Platform = image.Config.Platform };
        return Read([.. _index.Change(entries => Named(entries, bare, names)).Where(entry => entry.Digest == manifest.Digest)]);
    }

    /// <summary>Writes an image's configuration and manifest, and registers it.</summary>
    /// <param name="config">Its DiffIds are those of the layers, in their order.</param>
    public StoredImage Add(ImageConfig config, IReadOnlyList<Descriptor> layers, params IReadOnlyList<ImageReference> names)
    {
        using FileLock adding = Adding();
        Descriptor configBlob = Blobs.Add(MediaType.Config, config.ToBytes());
        return Register(Blobs.Add(MediaType.Manifest, new ImageManifest(configBlob, layers).ToBytes()), names);
    }

    /// <summary>Takes a name away; the image stays, without one if it was the last.</summary>
    public void Untag(ImageReference name) => _index.Change(entries =>
    {
        Descriptor[] mine = [.. entries.Where(entry => NameOf(entry)?.FullName == name.FullName)];
        return entries.Except(mine).Concat(mine.Where(entry => !entries.Any(other => other != entry && other.Digest == entry.Digest)).Select(Nameless));
    });

    /// <summary>Takes an image out of the index, with all its names; its blobs and layers are for a sweep.</summary>
    public void Forget(Digest manifest) => _index.Change(entries => entries.Where(entry => entry.Digest != manifest));

    /// <summary>Takes a name out of the index, also where nothing of its image can be read.</summary>
    public void ForgetName(ImageReference name) => _index.Change(entries => entries.Where(entry => NameOf(entry)?.FullName != name.FullName));

    /// <summary>All blobs and layers that are here, whoever they belong to.</summary>
    public IEnumerable<StoredPart> AllParts()
        => Blobs.All().Select(blob => new StoredPart(blob, false)).Concat(Layers.All().Select(layer => new StoredPart(layer, true)));

    /// <summary>Bytes on disk; 0 where it is not here.</summary>
    public long SizeOf(StoredPart part)
        => part.IsUnpacked ? Layers.Find(part.Digest)?.Size ?? 0 : new FileInfo(Blobs.PathOf(part.Digest)) is { Exists: true } file ? file.Length : 0;

    /// <summary>Takes a part away that nobody holds any more.</summary>
    /// <returns>The bytes that it had.</returns>
    public long Remove(StoredPart part) => part.IsUnpacked ? Layers.Remove(part.Digest) : Blobs.Remove(part.Digest);

    private static IEnumerable<Descriptor> Named(IReadOnlyList<Descriptor> entries, Descriptor bare, IReadOnlyList<ImageReference> names)
    {
        string[] fullNames = [.. names.Select(name => name.FullName)];
        bool Loses(Descriptor entry) => NameOf(entry)?.FullName is { } name && fullNames.Contains(name);
        var kept = entries.Where(entry => !Loses(entry) && !(entry.Digest == bare.Digest && NameOf(entry) is null)).ToList();
        // What loses its last name stays as an image without one, as docker's <none>.
        kept.AddRange(entries.Where(Loses).DistinctBy(entry => entry.Digest).Where(entry => entry.Digest != bare.Digest && !kept.Any(other => other.Digest == entry.Digest)).Select(Nameless));
        kept.AddRange(fullNames.Distinct().Select(name => bare with { Annotations = new Dictionary<string, string> { [Descriptor.RefName] = name } }));
        if (!kept.Any(entry => entry.Digest == bare.Digest)) kept.Add(bare);
        return kept;
    }

    private static Descriptor Nameless(Descriptor entry)
        => entry with { Annotations = entry.Annotations.Where(annotation => annotation.Key != Descriptor.RefName).ToDictionary() };

    private StoredImage? FindNamed(IReadOnlyList<Descriptor> entries, string text)
        => ImageReference.TryParse(text)?.FullName is { } wanted && entries.FirstOrDefault(entry => NameOf(entry)?.FullName == wanted) is { } found
            ? Read([.. entries.Where(entry => entry.Digest == found.Digest)]) : null;

    private StoredImage Read(IReadOnlyList<Descriptor> entries)
    {
        Descriptor entry = entries[0];
        ImageManifest manifest = ImageManifest.Parse(Blobs.Read(entry), entry.MediaType);
        ImageConfig config = ImageConfig.Parse(Blobs.Read(manifest.Config));
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw new EngineException("ManifestInvalid", Reason.Corrupt, $"This is no image that can be used: it lists {manifest.Layers.Count} layers and names the contents of {config.DiffIds.Count}.", "Ask its maker for a new one.");
        return new StoredImage(entry, manifest, config, [.. entries.Select(NameOf).OfType<ImageReference>().OrderBy(name => name.ShortName, StringComparer.Ordinal)]);
    }

    private static EngineException NotUnpacked(Digest layer)
        => new("LayerMissing", Reason.NotFound, $"The layer {layer} is not unpacked.", "Bring the image in again: Import-ContainerImage, or Request-ContainerImage.");

    // Another tool may have put in names that are none of ours; they are left as they are.
    private static ImageReference? NameOf(Descriptor entry)
        => entry.Annotations.TryGetValue(Descriptor.RefName, out string? name) ? ImageReference.TryParse(name) : null;
}
