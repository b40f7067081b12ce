using System.Buffers.Binary;
using System.IO.Compression;

namespace PSContainer.Engine.Archives.Compression;

/// <summary>How a layer's archive is compressed.</summary>
public enum LayerCompression
{
    None,
    Gzip,
    Zstd,
}

/// <summary>Takes the compression off a stream. What a media type says about it is not trusted: the first bytes tell.</summary>
public static class Decompression
{
    /// <summary>The plain bytes. The source is not disposed of with them.</summary>
    /// <exception cref="EngineException">CompressionNotSupported, ZstdMissing; on reading, CompressionInvalid.</exception>
    public static Stream Open(Stream source) => Open(source, out _);

    /// <inheritdoc cref="Open(Stream)"/>
    public static Stream Open(Stream source, out LayerCompression compression)
    {
        var head = new byte[6];
        int length = source.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var whole = new HeadedStream(head.AsMemory(0, length), source);
        compression = Detect(head.AsSpan(0, length));
        return compression switch
        {
            LayerCompression.Gzip => new GZipStream(new BufferedStream(whole, 128 * 1024), CompressionMode.Decompress, leaveOpen: true),
            LayerCompression.Zstd => new ZstdStream(whole),
            _ => whole,
        };
    }

    /// <param name="head">The first six bytes.</param>
    public static LayerCompression Detect(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return LayerCompression.Gzip;
        // A frame (RFC 8878), or one that is to be skipped, with which some archives begin.
        if (head.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(head) is 0xFD2FB528 or >= 0x184D2A50 and <= 0x184D2A5F) return LayerCompression.Zstd;
        if (head.StartsWith("BZh"u8)) throw NotSupported("bzip2");
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFD, .. "7zXZ"u8, 0])) throw NotSupported("xz");
        return LayerCompression.None;
    }

    public static EngineException Invalid(string why, Exception? cause = null)
        => new("CompressionInvalid", Reason.Corrupt, $"The compressed data is damaged: {why}", "Fetch or make it again.", cause);

    private static EngineException NotSupported(string what)
        => new("CompressionNotSupported", Reason.NotSupported, $"The archive is compressed with {what}; gzip, zstd and none are taken.", "Decompress it first.");
}
