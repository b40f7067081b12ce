namespace PSContainer.Engine.Images;

/// <summary>Who shares an image, which takes a look at all images and containers: whoever shows one hands it in.</summary>
public interface IImageUse
{
    /// <summary>Bytes on disk of all its parts.</summary>
    long Size(StoredImage image);

    /// <summary>Bytes on disk of those parts that other images have as well.</summary>
    long SharedSize(StoredImage image);

    /// <summary>The containers that were made from it.</summary>
    IEnumerable<string> ContainerNames(StoredImage image);
}
