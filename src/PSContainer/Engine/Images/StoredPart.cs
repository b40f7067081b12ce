using PSContainer.Engine.Blobs;

namespace PSContainer.Engine.Images;

/// <summary>A thing that an image consists of: a blob of the layout, or a layer unpacked.</summary>
public readonly record struct StoredPart(Digest Digest, bool IsUnpacked);
