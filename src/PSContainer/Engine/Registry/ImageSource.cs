using PSContainer.Engine.Images;
using PSContainer.Engine.Layers;

namespace PSContainer.Engine.Registry;

/// <summary>When an image that a container is to be made of is asked for at its registry.</summary>
public enum PullPolicy
{
    /// <summary>Where it is not here.</summary>
    Missing,
    /// <summary>Each time: a tag may have moved.</summary>
    Always,
    Never,
}

/// <summary>Images for whoever needs one: from the store, else from a registry.</summary>
public sealed class ImageSource(ImageStore store, RegistryOptions options)
{
    /// <param name="nameOrId">An id can only be one that is here.</param>
    /// <exception cref="EngineException">ImageNotFound, ImageAmbiguous, ImageNameInvalid, and those of <see cref="ImagePull.Run"/>.</exception>
    public StoredImage GetOrPull(string nameOrId, PullPolicy policy = PullPolicy.Missing, IProgress<LayerProgress>? progress = null, CancellationToken cancel = default)
    {
        if (policy == PullPolicy.Never) return store.Get(nameOrId);
        if (policy == PullPolicy.Missing && store.Find(nameOrId) is { } here) return here;
        var image = ImageReference.Parse(nameOrId);
        // Off the caller's thread, which may have a context that the continuations would wait for.
        return Task.Run(() => new ImagePull(store, options).Run(image, progress, cancel), cancel).GetAwaiter().GetResult();
    }
}
