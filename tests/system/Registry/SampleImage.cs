using System.Formats.Tar;
using System.IO.Compression;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;
using PSContainer.Tests.Unit.Registry;

namespace PSContainer.Tests.System.Registry;

/// <summary>An image of small layers, one file each, put into a registry.</summary>
internal static class SampleImage
{
    public static byte[] Tar(string name, byte[] content)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = (UnixFileMode)0b110_100_100 });
        return archive.ToArray();
    }

    public static byte[] Gzip(byte[] plain)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(plain);
        return compressed.ToArray();
    }

    /// <summary>An image whose n-th layer has the file "file-n" of so many bytes.</summary>
    public static ImageManifest Add(FakeRegistry registry, string name, params int[] sizes)
    {
        byte[][] plain = [.. sizes.Select((size, i) => Tar($"file-{i}", RegistryTest.Noise(size)))];
        return Add(registry, name, new ImageConfig { DiffIds = [.. plain.Select(layer => Digest.Of(layer))] }, [.. plain.Select(Gzip)]);
    }

    public static ImageManifest Add(FakeRegistry registry, string name, ImageConfig config, params byte[][] layers)
    {
        var manifest = new ImageManifest(registry.AddBlob(MediaType.Config, config.ToBytes()), [.. layers.Select(layer => registry.AddBlob(MediaType.LayerGzip, layer))]);
        registry.AddManifest(name, MediaType.Manifest, manifest.ToBytes());
        return manifest;
    }
}
