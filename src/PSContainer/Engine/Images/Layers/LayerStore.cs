using PSContainer.Engine.State;

namespace PSContainer.Engine.Images;

/// <summary>Layers unpacked, a folder a content, shared by all images and containers as the lower directories of their overlays.</summary>
public sealed class LayerStore(StorageRoot root)
{
    /// <summary>Where a layer's files are, or would be.</summary>
    public string FolderOf(Digest diffId) => Path.Combine(root.Layers, diffId.Hex, "fs");

    public bool Has(Digest diffId) => Directory.Exists(FolderOf(diffId));
}
