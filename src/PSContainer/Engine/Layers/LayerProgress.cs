using PSContainer.Engine.Blobs;

namespace PSContainer.Engine.Layers;

/// <summary>What a layer, or another blob, is at.</summary>
public enum LayerPhase
{
    Unpacking,
    Waiting,
    Downloading,
    Uploading,
    /// <summary>It is where it should be, or was there already.</summary>
    Done,
}

/// <summary>How far a layer is unpacked, or on its way.</summary>
/// <param name="Blob">The layer's blob, where it is known.</param>
/// <param name="Done">Bytes of it that have been read, or have travelled, as they come: compressed.</param>
/// <param name="Total">All of them, where it is known.</param>
public readonly record struct LayerProgress(Digest? Blob, long Done, long? Total, LayerPhase Phase = LayerPhase.Unpacking);
