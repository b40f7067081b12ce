using PSContainer.Engine.Containers;
using PSContainer.Engine.Images;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Storage;

/// <summary>Takes names and images away, and with an image all that was only its own.</summary>
public sealed class ImageRemoval(ImageStore store, ContainerStore containers)
{
    /// <summary>Takes one name away; the image goes with its last one.</summary>
    /// <param name="force">Also where containers use it: it stays, nameless, until they are gone.</param>
    /// <returns>Bytes that are free now.</returns>
    /// <exception cref="EngineException">ImageInUse.</exception>
    public long Remove(StoredImage image, ImageReference name, bool force)
    {
        if (image.Names.All(other => other.FullName == name.FullName)) return Remove(image, force);
        store.Untag(name);
        return 0;
    }

    /// <summary>Takes an image away, with all its names.</summary>
    /// <inheritdoc cref="Remove(StoredImage, ImageReference, bool)"/>
    public long Remove(StoredImage image, bool force)
    {
        // Nobody makes a container of it, or counts on its layers for another image, while it goes. Where somebody adds, the parts stay: for a sweep.
        using FileLock? alone = store.Sweeping();
        var use = new StorageUse(store, containers);
        string[] users = [.. use.ContainersOf(image).Select(container => container.Name)];
        if (users.Length > 0)
        {
            if (!force) throw InUse(image, users);
            foreach (ImageReference name in image.Names) store.Untag(name);
            return 0;
        }
        IReadOnlyList<StoredPart> parts = use.OnlyOf(image);
        store.Forget(image.Descriptor.Digest);
        return alone is null ? 0 : parts.Sum(store.Remove);
    }

    private static EngineException InUse(StoredImage image, string[] users)
        => new("ImageInUse", Reason.WrongState, $"The image '{image.Name}' is used by {(users.Length == 1 ? "the container" : "the containers")} {string.Join(", ", users)}.",
            "Remove them first (Remove-Container), or use -Force: then it loses its names, and goes with the next Clear-ContainerStorage once nobody uses it.");
}
