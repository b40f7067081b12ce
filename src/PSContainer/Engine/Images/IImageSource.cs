namespace PSContainer.Engine.Images;

/// <summary>Where an image comes from that is not in the store yet.</summary>
public interface IImageSource
{
    /// <summary>Brings it in, with all that belongs to it.</summary>
    /// <exception cref="EngineException">Why it can't be had.</exception>
    StoredImage Fetch(ImageReference reference, CancellationToken cancelled);
}
