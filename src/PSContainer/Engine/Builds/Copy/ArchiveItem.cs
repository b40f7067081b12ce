using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Archives.Tar;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Layers;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>An archive that ADD takes from the context, and unpacks.</summary>
internal sealed class ArchiveItem(CopySource source, Place place) : ICopyItem
{
    /// <summary>Whether the file is an archive that can be unpacked; its content tells, not its name.</summary>
    /// <exception cref="EngineException">CompressionNotSupported.</exception>
    public static bool IsArchive(CopySource source, Place place)
    {
        if (source.Entries[0].Status is not { Kind: FileKind.Regular, Size: > 0 }) return false;
        using FileStream file = Open(source);
        try
        {
            using Stream plain = Decompression.Open(file);
            return new TarReader(plain).Next() is not null;
        }
        catch (EngineException other) when (other.Id == "CompressionNotSupported")
        {
            throw place.Error(other.Id, other.Reason, $"ADD can't unpack '{source.Name}': {other.Message}", "Decompress it first, or write COPY to copy it as it is.", other);
        }
        catch (Exception other) when (other is EngineException or InvalidDataException)
        {
            return false;
        }
    }

    public void AddTo(ContentHash hash, CancellationToken cancelled)
    {
        hash.Add("unpacked");
        hash.Add(source, cancelled);
    }

    public void CopyTo(TargetRoot target, string destination, EntryCopy copy, (uint Uid, uint Gid) owner, string scratch, CancellationToken cancelled)
    {
        // Beside first: what an archive holds is put together under its own rules, then copied under ours.
        string folder = Path.Combine(scratch, "archive-" + Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        place.Located(() =>
        {
            using FileStream file = Open(source);
            using Stream plain = Decompression.Open(file);
            return LayerUnpacker.Unpack(new TarReader(plain), folder, cancelled);
        });
        using var tree = new SourceTree(Files.Open(folder, OpenFlags.Path | OpenFlags.Directory), IgnorePatterns.None, isContext: false);
        int top = tree.Open("");
        using var item = new TreeItem(new CopySource(tree, "", top, tree.List(top, "", IgnorePatterns.None)));
        target.MakeFolder(destination, owner);
        item.CopyTo(target, destination, copy, owner, scratch, cancelled);
    }

    public void Dispose() => source.Dispose();

    private static FileStream Open(CopySource source) => new($"/proc/self/fd/{source.Top}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
