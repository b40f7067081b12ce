using System.Text.Json;
using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Archives.Tar;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.ImageFiles;

/// <summary>How an archive of images is laid out.</summary>
public enum ImageArchiveFormat
{
    /// <summary>An OCI layout, with docker's manifest.json beside: everything that loads images takes it.</summary>
    Oci,
    /// <summary>Docker's of old: configurations, and layers that are not compressed.</summary>
    Docker,
}

/// <summary>
/// Writes images to an archive or a folder. The same images give the same bytes: no time, no owner, one order. What tells of the others
/// stands first, so that who reads the archive from a pipe knows what comes.
/// </summary>
public sealed class ImageExport(ImageStore store, IReadOnlyList<ExportedImage> images)
{
    private const uint FileMode = 0x1A4, FolderMode = 0x1ED;

    /// <summary>Writes an archive; on failure there is none, and one that was there before stays.</summary>
    /// <exception cref="EngineException">BlobMissing, BlobCorrupt, StorageFull.</exception>
    public void ToArchive(string path, ImageArchiveFormat format, CancellationToken cancelled)
    {
        using FileLock adding = store.Adding(cancelled);
        string temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var file = new FileStream(temporary, System.IO.FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 17))
            {
                var archive = new TarWriter(file);
                if (format == ImageArchiveFormat.Oci) WriteOci(archive, cancelled);
                else WriteDocker(archive, cancelled);
                archive.Finish();
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Puts the images into a layout, beside those that it has; a new one is made.</summary>
    /// <exception cref="EngineException">FolderNotEmpty, BlobMissing, BlobCorrupt, StorageFull.</exception>
    public void ToFolder(string path, CancellationToken cancelled)
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any() && !File.Exists(Path.Combine(path, OciContent.MarkName)))
            throw new EngineException("FolderNotEmpty", Reason.AlreadyExists, $"'{Printable.Of(path)}' has files in it, and is no image layout.", "Name a new folder, an empty one, or a layout.");
        using FileLock adding = store.Adding(cancelled);
        Directory.CreateDirectory(path);
        var target = new BlobStore(path);
        foreach (Descriptor blob in Blobs().Where(blob => !target.Has(blob)))
        {
            using BlobIngest ingest = target.Bring(blob, cancelled);
            ingest.StartOver();
            Copy(blob, part => ingest.Write(part.Span), cancelled);
            ingest.Finish();
        }
        Descriptor[] entries = [.. images.SelectMany(image => image.Entries())];
        string?[] names = [.. entries.Select(NameOf)];
        new LayoutIndex(path).Change(others => [.. others.Where(other => !entries.Any(entry => entry.Digest == other.Digest) && (NameOf(other) is not { } name || !names.Contains(name))), .. entries], keepsLock: false);
        target.Tidy();
    }

    private IEnumerable<Descriptor> Blobs() => images.SelectMany(image => image.Blobs()).DistinctBy(blob => blob.Digest).OrderBy(blob => blob.Digest);

    private void WriteOci(TarWriter archive, CancellationToken cancelled)
    {
        WriteFile(archive, OciContent.MarkName, LayoutIndex.Mark);
        WriteFile(archive, OciContent.IndexName, new ImageIndex([.. images.SelectMany(image => image.Entries())]).ToBytes());
        WriteFile(archive, DockerContent.ManifestName, DockerManifest(config => ArchiveFiles.BlobName(config), image => image.Manifest.Layers.Select(layer => ArchiveFiles.BlobName(layer.Digest))));
        WriteFolder(archive, "blobs/");
        WriteFolder(archive, "blobs/sha256/");
        foreach (Descriptor blob in Blobs())
        {
            archive.Write(new TarEntry { Type = TarType.File, Name = ArchiveFiles.BlobName(blob.Digest), Mode = FileMode, Size = blob.Size });
            Copy(blob, part => archive.WriteContent(part.Span), cancelled);
        }
    }

    private void WriteDocker(TarWriter archive, CancellationToken cancelled)
    {
        WriteFile(archive, DockerContent.ManifestName, DockerManifest(config => config.Hex + ".json", image => image.Config.DiffIds.Select(layer => layer.Hex + ".tar")));
        foreach (StoredImage image in images.Select(image => image.Image).DistinctBy(image => image.Id)) WriteFile(archive, image.Id.Hex + ".json", store.Blobs.Read(image.Manifest.Config));
        foreach ((Descriptor blob, Digest diffId) in images.SelectMany(image => image.Image.Manifest.Layers.Zip(image.Image.Config.DiffIds)).DistinctBy(layer => layer.Second).OrderBy(layer => layer.Second))
        {
            // An entry's size stands before its content, and a compressed layer does not say how long it is.
            long size = 0;
            CopyPlain(blob, part => size += part.Length, cancelled);
            archive.Write(new TarEntry { Type = TarType.File, Name = diffId.Hex + ".tar", Mode = FileMode, Size = size });
            CopyPlain(blob, part => archive.WriteContent(part.Span), cancelled);
        }
    }

    private byte[] DockerManifest(Func<Digest, string> configName, Func<StoredImage, IEnumerable<string>> layerNames)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartArray();
            foreach ((StoredImage image, IReadOnlyList<ImageReference> names) in images)
            {
                json.WriteStartObject();
                json.WriteString("Config", configName(image.Id));
                WriteList(json, "RepoTags", names.Select(name => name.FullName));
                WriteList(json, "Layers", layerNames(image));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return content.ToArray();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (string item in items) json.WriteStringValue(item);
        json.WriteEndArray();
    }

    private static void WriteFile(TarWriter archive, string name, byte[] content)
    {
        archive.Write(new TarEntry { Type = TarType.File, Name = name, Mode = FileMode, Size = content.Length });
        archive.WriteContent(content);
    }

    private static void WriteFolder(TarWriter archive, string name) => archive.Write(new TarEntry { Type = TarType.Folder, Name = name, Mode = FolderMode });

    private void Copy(Descriptor blob, Action<ReadOnlyMemory<byte>> write, CancellationToken cancelled)
    {
        using FileStream content = store.Blobs.Open(blob.Digest);
        if (content.Length != blob.Size) throw BlobStore.Corrupt(blob, $"it has {content.Length} bytes, not {blob.Size}");
        Copy(content, write, cancelled);
    }

    private void CopyPlain(Descriptor blob, Action<ReadOnlyMemory<byte>> write, CancellationToken cancelled)
    {
        using FileStream content = store.Blobs.Open(blob.Digest);
        using Stream plain = Decompression.Open(content);
        Copy(plain, write, cancelled);
    }

    private static void Copy(Stream content, Action<ReadOnlyMemory<byte>> write, CancellationToken cancelled)
    {
        var buffer = new byte[1 << 17];
        for (int read; (read = content.Read(buffer, 0, buffer.Length)) > 0; write(buffer.AsMemory(0, read))) cancelled.ThrowIfCancellationRequested();
    }

    private static string? NameOf(Descriptor entry) => entry.Annotations.GetValueOrDefault(Descriptor.RefName);
}
