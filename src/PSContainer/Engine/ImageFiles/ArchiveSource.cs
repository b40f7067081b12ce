using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Archives.Tar;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.ImageFiles;

/// <summary>What a path to be imported is: images, in an archive or a folder, or one root file system. It is found out by looking in.</summary>
internal sealed partial class ArchiveSource : IDisposable
{
    private readonly List<IDisposable> _opened = [];
    private ArchiveFiles? _files;

    private ArchiveSource(string path) => Path = path;

    /// <summary>What the user named.</summary>
    public string Path { get; }

    /// <summary>null where it is a root file system.</summary>
    public IReadOnlyList<ArchivedImage>? Images { get; private set; }

    public ArchiveFiles Files => _files!;

    /// <summary>The root file system's archive, from its beginning, as it came; null where it is a folder.</summary>
    public Stream? RootFs { get; private set; }

    /// <exception cref="EngineException">ArchiveNotFound, ArchiveInvalid, ArchiveTruncated, ArchiveNotSupported, CompressionInvalid, CompressionNotSupported, ManifestInvalid,
    /// BlobCorrupt, PlatformMissing, ImageNameInvalid, StorageFull.</exception>
    public static ArchiveSource Open(string path, BlobStore blobs, CancellationToken cancelled)
    {
        var source = new ArchiveSource(path);
        try
        {
            if (Directory.Exists(path)) source.LookIntoFolder(cancelled);
            else source.LookIntoFile(blobs, cancelled);
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (IDisposable opened in _opened) opened.Dispose();
    }

    private void LookIntoFolder(CancellationToken cancelled)
    {
        if (TryImages(new FolderFiles(Path), cancelled)) return;
        using Stream? mark = Files.TryOpen(OciContent.MarkName);
        if (mark is not null) throw ArchiveError.NoImage(Path);
    }

    private void LookIntoFile(BlobStore blobs, CancellationToken cancelled)
    {
        FileStream file = Keep(OpenFile(Path));
        if (!file.CanSeek) file = Keep(WrittenDown(file, blobs, cancelled));
        if (MayHoldImages(file, out bool isCompressed))
        {
            file.Position = 0;
            FileStream plain = isCompressed ? Keep(WrittenDown(Decompression.Open(file), blobs, cancelled)) : file;
            var files = new TarFiles(plain.SafeFileHandle, cancelled);
            if (TryImages(files, cancelled)) return;
            if (files.Names.All(name => ImageFile().IsMatch(name))) throw ArchiveError.NoImage(Path);
        }
        file.Position = 0;
        RootFs = file;
    }

    private bool TryImages(ArchiveFiles files, CancellationToken cancelled)
    {
        _files = Keep(files);
        return (Images = ReadImages(files, cancelled)) is not null;
    }

    private T Keep<T>(T opened) where T : IDisposable
    {
        _opened.Add(opened);
        return opened;
    }

    // Docker's archives of today are both; the layout says more, and its digests are the ones that a registry has.
    private static IReadOnlyList<ArchivedImage>? ReadImages(ArchiveFiles files, CancellationToken cancelled)
    {
        using (Stream? mark = files.TryOpen(OciContent.MarkName), index = files.TryOpen(OciContent.IndexName))
            if (mark is not null && index is not null) return OciContent.Read(files);
        return DockerContent.IsManifest(files) ? DockerContent.Read(files, cancelled) : null;
    }

    // An image's manifest may come last, behind layers of any name. Only what may hold one is indexed, and written down where it is compressed.
    private static bool MayHoldImages(FileStream file, out bool isCompressed)
    {
        file.Position = 0;
        Stream plain = Decompression.Open(file, out LayerCompression compression);
        isCompressed = compression != LayerCompression.None;
        var archive = new TarReader(isCompressed ? plain : new FilePart(file.SafeFileHandle, 0, file.Length));
        bool isFirst = true;
        while (archive.Next() is { } entry)
        {
            string name = entry.Name.ToString().TrimStart('.', '/');
            if (name.Length == 0) continue;
            if ((isFirst && ImageFile().IsMatch(name)) || name is DockerContent.ManifestName or OciContent.MarkName) return true;
            isFirst = false;
        }
        return isFirst ? throw new EngineException("ArchiveInvalid", Reason.Corrupt, "The archive is empty.", "Make the archive again.") : false;
    }

    private static FileStream WrittenDown(Stream content, BlobStore blobs, CancellationToken cancelled)
    {
        FileStream copy = blobs.Scratch();
        try
        {
            var buffer = new byte[1 << 17];
            for (int read; (read = content.Read(buffer)) > 0; copy.Write(buffer, 0, read)) cancelled.ThrowIfCancellationRequested();
            return copy;
        }
        catch (IOException full) when ((Errno)full.HResult is Errno.ENOSPC or Errno.EDQUOT)
        {
            copy.Dispose();
            throw StorageFull.Error("the archive does not fit", full);
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
            Errno.ENOENT or Errno.ENOTDIR => new EngineException("ArchiveNotFound", Reason.NotFound, $"There is no '{Printable.Of(path)}'.", "Check the path: an archive's, or a folder's."),
            Errno.EACCES or Errno.EPERM => new EngineException("PermissionDenied", Reason.NoPermission, $"'{Printable.Of(path)}' can't be read.", "Run as root (sudo pwsh)."),
            var error => new KernelException("open", error, path),
        };
    }

    // What docker, podman, skopeo, crane, jib, kaniko, bazel and nix put at the top of an image archive; a root file system begins otherwise.
    [GeneratedRegex(@"^(blobs(/|$)|ingest(/|$)|oci-layout$|repositories$|(sha256:)?[0-9a-f]{32,}([./]|$)|[^/]+\.(json|tar|tar\.gz|tgz)$)")]
    private static partial Regex ImageFile();
}
