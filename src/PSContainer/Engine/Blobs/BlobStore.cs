using Microsoft.Win32.SafeHandles;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Engine.Blobs;

/// <summary>
/// blobs/sha256 of the layout. A blob is there under its name only after its size and digest were seen to be right; what is
/// still coming lies in <c>ingest/</c>, under a lock of whoever brings it.
/// </summary>
public sealed class BlobStore(string folder)
{
    /// <summary>Docker's and containerd's limit: a manifest is a list, not a payload.</summary>
    public const int LongestJson = 4 * 1024 * 1024;

    private string Blobs { get; } = Path.Combine(folder, "blobs", "sha256");

    private string Ingest { get; } = Path.Combine(folder, "ingest");

    public string PathOf(Digest digest) => Path.Combine(Blobs, digest.Hex);

    /// <summary>Whether it is here, whole.</summary>
    public bool Has(Descriptor blob) => new FileInfo(PathOf(blob.Digest)) is { Exists: true } file && file.Length == blob.Size;

    public IEnumerable<Digest> All()
    {
        if (!Directory.Exists(Blobs)) yield break;
        foreach (string file in Directory.EnumerateFiles(Blobs))
            if (Digest.TryParse("sha256:" + Path.GetFileName(file), out Digest digest)) yield return digest;
    }

    /// <exception cref="EngineException">BlobMissing.</exception>
    /// <exception cref="KernelException"/>
    public FileStream Open(Digest digest)
    {
        // Past File.Open, which would take a flock(2): whoever has just brought the blob may still hold the one of its ingest.
        int file = Files.TryOpen(PathOf(digest), OpenFlags.ReadOnly);
        if (file >= 0) return new FileStream(new SafeFileHandle(file, ownsHandle: true), FileAccess.Read, bufferSize: 0);
        throw Syscall.Last == Errno.ENOENT ? Missing(digest) : new KernelException("open", Syscall.Last, PathOf(digest));
    }

    /// <summary>A small blob's bytes, its size checked first, then its digest: only then may it be parsed.</summary>
    /// <exception cref="EngineException">BlobMissing, BlobCorrupt, ManifestInvalid (it is too large to be read whole).</exception>
    public byte[] Read(Descriptor blob)
    {
        CheckSmall(blob);
        byte[] content;
        try
        {
            using FileStream file = Open(blob.Digest);
            if (file.Length != blob.Size) throw Corrupt(blob, $"it has {file.Length} bytes, not {blob.Size}");
            content = new byte[blob.Size];
            file.ReadExactly(content);
        }
        catch (EndOfStreamException cut)
        {
            throw Corrupt(blob, cut.Message);
        }
        return Digest.Of(content) == blob.Digest ? content : throw Corrupt(blob, "its content is another's");
    }

    /// <summary>Manifests and configurations are read whole; what claims to be one of 50 MB is refused before a byte of it is read.</summary>
    /// <exception cref="EngineException">ManifestInvalid.</exception>
    public static void CheckSmall(Descriptor blob)
    {
        if (blob.Size > LongestJson)
            throw new EngineException("ManifestInvalid", Reason.Corrupt, $"This is no image that can be used: {blob.Digest} would have {blob.Size} bytes, more than {LongestJson}.",
                "Ask its maker for a new one.");
    }

    /// <summary>Keeps a small blob made here.</summary>
    public Descriptor Add(string mediaType, ReadOnlySpan<byte> content)
    {
        var blob = Descriptor.Of(mediaType, content);
        if (Has(blob)) return blob;
        Directory.CreateDirectory(Blobs);
        Directory.CreateDirectory(Ingest);
        string temporary = Path.Combine(Ingest, Path.GetRandomFileName());
        using (var file = new FileStream(temporary, FileMode.CreateNew)) file.Write(content);
        File.Move(temporary, PathOf(blob.Digest), overwrite: true);
        return blob;
    }

    /// <summary>Begins to bring a blob whose digest and size are known; goes on where an earlier attempt broke off.</summary>
    /// <param name="cancel">Ends the wait for somebody else who brings the same one.</param>
    public BlobIngest Bring(Descriptor blob, CancellationToken cancel = default)
    {
        Directory.CreateDirectory(Blobs);
        Directory.CreateDirectory(Ingest);
        return BlobIngest.Known(Path.Combine(Ingest, blob.Digest.Hex), blob, PathOf, cancel);
    }

    /// <summary>Begins to write a blob whose digest is known only at its end.</summary>
    public BlobIngest Make()
    {
        Directory.CreateDirectory(Blobs);
        Directory.CreateDirectory(Ingest);
        return BlobIngest.Unknown(Path.Combine(Ingest, Path.GetRandomFileName()), PathOf);
    }

    /// <summary>Forgets what has come of a blob, unless somebody is bringing it.</summary>
    public void Discard(Descriptor blob)
    {
        string path = Path.Combine(Ingest, blob.Digest.Hex);
        if (!File.Exists(path)) return;
        using FileLock? held = FileLock.TryTake(path);
        if (held?.IsAt(path) == true) File.Delete(path);
    }

    /// <summary>A file without a name, for what has to be read twice: it goes with its handle, whatever happens.</summary>
    public FileStream Scratch()
    {
        Directory.CreateDirectory(Ingest);
        string path = Path.Combine(Ingest, Path.GetRandomFileName());
        var file = new FileStream(new SafeFileHandle(Files.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive, 0x180), ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        File.Delete(path);
        return file;
    }

    /// <returns>The bytes that it had.</returns>
    public long Remove(Digest digest)
    {
        var file = new FileInfo(PathOf(digest));
        if (!file.Exists) return 0;
        long size = file.Length;
        file.Delete();
        return size;
    }

    /// <summary>What nobody brings any more: the files of which nobody holds the lock.</summary>
    public IEnumerable<FileInfo> Abandoned()
    {
        if (!Directory.Exists(Ingest)) yield break;
        foreach (string path in Directory.EnumerateFiles(Ingest))
        {
            using FileLock? held = FileLock.TryTake(path);
            if (held is not null) yield return new FileInfo(path);
        }
    }

    /// <summary>Takes the folder away that only bringing needs, where nobody brings anything.</summary>
    public void Tidy()
    {
        if (Directory.Exists(Ingest) && !Directory.EnumerateFileSystemEntries(Ingest).Any()) Directory.Delete(Ingest);
    }

    internal static EngineException Corrupt(Descriptor blob, string why)
        => new("BlobCorrupt", Reason.Corrupt, $"{blob.Digest} is not what it should be: {why}.", "Remove the image and bring it in again; if that does not help, its source is broken.");

    private static EngineException Missing(Digest digest)
        => new("BlobMissing", Reason.NotFound, $"{digest} is not in the store.", "Remove the image and bring it in again.");
}
