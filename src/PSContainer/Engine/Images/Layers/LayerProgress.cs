namespace PSContainer.Engine.Images;

/// <summary>How far a layer is unpacked.</summary>
/// <param name="Blob">The layer's blob, where it is known.</param>
/// <param name="Done">Bytes of it that have been read, as they come: compressed.</param>
/// <param name="Total">All of them, where it is known.</param>
public readonly record struct LayerProgress(Digest? Blob, long Done, long? Total);
