using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using PSContainer.Engine.Images.Tar;
using PSContainer.Engine.Plan;
using PSContainer.Kernel;

namespace PSContainer.Engine.Images;

/// <summary>What a path to be imported is: images, in an archive or a folder, or one root file system. It is found out by looking in.</summary>
internal sealed partial class ArchiveSource : IDisposable
{
    private readonly ArchiveFiles? _files;
    private readonly FileStream? _rootFs;

    private ArchiveSource(string path, ArchiveFiles? files, FileStream? rootFs) => (Path, _files, _rootFs) = (path, files, rootFs);

    /// <summary>What the user named.</summary>
    public string Path { get; }

    /// <summary>null where it is a root file system.</summary>
    public IReadOnlyList<ArchivedImage>? Images { get; private init; }

    public ArchiveFiles Files => _files!;

    /// <summary>The root file system's archive, from its beginning, as it came; null where it is a folder.</summary>
    public Stream? RootFs => _rootFs;

    /// <exception cref="EngineException">ArchiveNotFound, ArchiveInvalid, ArchiveTruncated, ArchiveNotSupported, CompressionInvalid, CompressionNotSupported, ManifestInvalid,
    /// BlobCorrupt, PlatformMissing, ImageNameInvalid, StorageFull.</exception>
    public static ArchiveSource Open(string path, BlobStore blobs, CancellationToken cancelled)
    {
        if (Directory.Exists(path)) return OfFolder(path, cancelled);
        FileStream file = OpenFile(path);
        try
        {
            if (!file.CanSeek) file = WrittenDown(file, file, blobs, cancelled);
            if (IsRootFs(file, out bool isCompressed)) return new ArchiveSource(path, null, file);
            file.Position = 0;
            if (isCompressed) file = WrittenDown(file, Decompression.Open(file), blobs, cancelled);
            return OfArchive(path, file, cancelled);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _files?.Dispose();
        _rootFs?.Dispose();
    }

    private static ArchiveSource OfFolder(string path, CancellationToken cancelled)
    {
        var files = new FolderFiles(path);
        try
        {
            if (ReadImages(files, cancelled) is { } images) return new ArchiveSource(path, files, null) { Images = images };
            files.Dispose();
            return new ArchiveSource(path, null, null);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    private static ArchiveSource OfArchive(string path, FileStream file, CancellationToken cancelled)
    {
        var files = new TarFiles(file.SafeFileHandle, cancelled);
        if (ReadImages(files, cancelled) is { } images) return new ArchiveSource(path, files, null) { Images = images };
        if (files.Names.All(name => ImageFile().IsMatch(name))) throw ArchiveError.NoImage(path);
        file.Position = 0;
        return new ArchiveSource(path, null, file);
    }

    // Docker's archives of today are both; the layout says more, and its digests are the ones that a registry has.
    private static IReadOnlyList<ArchivedImage>? ReadImages(ArchiveFiles files, CancellationToken cancelled)
    {
        using (Stream? mark = files.TryOpen(OciContent.MarkName), index = files.TryOpen(OciContent.IndexName))
            if (mark is not null && index is not null) return OciContent.Read(files);
        return DockerContent.IsManifest(files) ? DockerContent.Read(files, cancelled) : null;
    }

    // The first entry tells mostly: then an archive of a hundred megabytes need not be read to its end for that.
    private static bool IsRootFs(FileStream file, out bool isCompressed)
    {
        file.Position = 0;
        var archive = new TarReader(Decompression.Open(file, out LayerCompression compression));
        isCompressed = compression != LayerCompression.None;
        while (archive.Next() is { } entry)
        {
            string name = entry.Name.ToString().TrimStart('.', '/');
            if (name.Length == 0) continue;
            file.Position = 0;
            return !ImageFile().IsMatch(name);
        }
        throw new EngineException("ArchiveInvalid", Reason.Corrupt, "The archive is empty.", "Make the archive again.");
    }

    private static FileStream WrittenDown(FileStream file, Stream content, BlobStore blobs, CancellationToken cancelled)
    {
        FileStream copy = blobs.Scratch();
        try
        {
            var buffer = new byte[1 << 17];
            for (int read; (read = content.Read(buffer)) > 0; copy.Write(buffer, 0, read)) cancelled.ThrowIfCancellationRequested();
            file.Dispose();
            return copy;
        }
        catch (IOException full) when ((Errno)full.HResult is Errno.ENOSPC or Errno.EDQUOT)
        {
            copy.Dispose();
            throw LayerError.NoRoom("the archive does not fit", full);
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    private static FileStream OpenFile(string path)
    {
        int file = PSContainer.Kernel.Files.TryOpen(path, OpenFlags.ReadOnly | OpenFlags.NoCtty);
        if (file >= 0) return new FileStream(new SafeFileHandle(file, ownsHandle: true), FileAccess.Read, bufferSize: 0);
        throw Syscall.Last switch
        {
            Errno.ENOENT or Errno.ENOTDIR => new EngineException("ArchiveNotFound", Reason.NotFound, $"There is no '{Argument.Printable(path)}'.", "Check the path: an archive's, or a folder's."),
            Errno.EACCES or Errno.EPERM => new EngineException("PermissionDenied", Reason.NoPermission, $"'{Argument.Printable(path)}' can't be read.", "Run as root (sudo pwsh)."),
            var error => new KernelException("open", error, path),
        };
    }

    // What docker, podman, skopeo, crane, jib, kaniko, bazel and nix put at the top of an image archive; no root file system has such names.
    [GeneratedRegex(@"^(blobs(/|$)|ingest(/|$)|index\.json$|oci-layout$|manifest\.json$|repositories$|config\.json$|(sha256:)?[0-9a-f]{32,}([./]|$))")]
    private static partial Regex ImageFile();
}
