using PSContainer.Engine.Blobs;

namespace PSContainer.Engine.ImageFiles;

/// <summary>The files of an image archive, or of a layout's folder: by name, at random, by several readers at once.</summary>
internal abstract class ArchiveFiles : IDisposable
{
    /// <summary>The file's content from its beginning; null where there is none. Links that stand in the archive are followed within it.</summary>
    public abstract Stream? TryOpen(string name);

    /// <exception cref="EngineException">ArchiveInvalid.</exception>
    public Stream Open(string name) => TryOpen(name) ?? throw ArchiveError.Missing(name);

    /// <summary>A manifest or configuration; null where there is none.</summary>
    /// <exception cref="EngineException">ManifestInvalid: it is larger than such a file can be.</exception>
    public byte[]? TryRead(string name)
    {
        using Stream? file = TryOpen(name);
        if (file is null) return null;
        if (file.Length > BlobStore.LongestJson) throw ArchiveError.TooLarge(name, file.Length);
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    /// <exception cref="EngineException">ArchiveInvalid, ManifestInvalid.</exception>
    public byte[] Read(string name) => TryRead(name) ?? throw ArchiveError.Missing(name);

    /// <summary>A small blob of the layout, once its size and digest were seen to be right.</summary>
    /// <exception cref="EngineException">ArchiveInvalid, ManifestInvalid, BlobCorrupt.</exception>
    public byte[] Read(Descriptor blob)
    {
        BlobStore.CheckSmall(blob);
        byte[] content = Read(BlobName(blob.Digest));
        if (content.Length != blob.Size) throw BlobStore.Corrupt(blob, $"it has {content.Length} bytes, not {blob.Size}");
        return Digest.Of(content) == blob.Digest ? content : throw BlobStore.Corrupt(blob, "its content is another's");
    }

    public static string BlobName(Digest digest) => "blobs/sha256/" + digest.Hex;

    public abstract void Dispose();
}
