using System.IO.Compression;
using System.Text;
using PSContainer.Engine.Archives.Tar;
using PSContainer.Kernel.Trees;

namespace PSContainer.Tests.System.Images;

/// <summary>A layer's archive, entry by entry, good or bad.</summary>
internal sealed class LayerTar
{
    public const uint FileMode = 0x1A4, FolderMode = 0x1ED;

    private readonly MemoryStream _bytes = new();
    private readonly TarWriter _writer;

    public LayerTar() => _writer = new TarWriter(_bytes);

    public static PathBytes Latin(string name) => new(Encoding.Latin1.GetBytes(name));

    public LayerTar Add(TarEntry entry, string content = "")
    {
        _writer.Write(entry with { Size = content.Length });
        _writer.WriteContent(Encoding.Latin1.GetBytes(content));
        return this;
    }

    public LayerTar File(string name, string content = "", uint mode = FileMode) => Add(new TarEntry { Type = TarType.File, Name = Latin(name), Mode = mode }, content);

    public LayerTar Folder(string name, uint mode = FolderMode) => Add(new TarEntry { Type = TarType.Folder, Name = Latin(name), Mode = mode });

    public LayerTar Link(string name, string target) => Add(new TarEntry { Type = TarType.SymbolicLink, Name = Latin(name), Link = Latin(target), Mode = 0x1FF });

    public LayerTar HardLink(string name, string target) => Add(new TarEntry { Type = TarType.HardLink, Name = Latin(name), Link = Latin(target) });

    /// <summary>The plain archive; nothing can be added any more.</summary>
    public byte[] End()
    {
        _writer.Finish();
        return _bytes.ToArray();
    }

    /// <summary>What there is so far, without a mark of the end.</summary>
    public byte[] Cut() => _bytes.ToArray();

    public static byte[] Gzip(params IEnumerable<byte[]> members)
    {
        var compressed = new MemoryStream();
        foreach (byte[] member in members)
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(member);
        return compressed.ToArray();
    }
}
