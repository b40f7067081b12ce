namespace PSContainer.Engine.Images;

/// <summary>What a blob on its way to or from a registry is at.</summary>
public enum TransferPhase
{
    Waiting,
    Downloading,
    /// <summary>All of it is here, and not all of it unpacked.</summary>
    Unpacking,
    Uploading,
    /// <summary>It is where it should be, or was there already.</summary>
    Done,
}

/// <summary>How far a blob is on its way.</summary>
/// <param name="Done">Bytes as they travel, compressed; while it is unpacked, those that have been.</param>
public readonly record struct TransferProgress(Digest Blob, TransferPhase Phase, long Done, long Total);
