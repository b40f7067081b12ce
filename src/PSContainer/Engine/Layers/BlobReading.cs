using System.Security.Cryptography;
using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Blobs;

namespace PSContainer.Engine.Layers;

/// <summary>Reads a layer's blob: hashes what passes, stops at the announced size, and tells how far it is.</summary>
internal sealed class BlobReading(Stream source, Descriptor? expected, IProgress<LayerProgress>? progress) : ForwardStream
{
    private const long TellAfter = 256 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _count, _told;

    public override int Read(Span<byte> buffer)
    {
        int count = source.Read(buffer);
        _count += count;
        if (expected is null) return Tell(count);
        if (_count > expected.Size) throw BlobStore.Corrupt(expected, $"it has more than the {expected.Size} bytes that were announced");
        _hash.AppendData(buffer[..count]);
        return Tell(count);
    }

    /// <summary>Reads to the end, and compares.</summary>
    /// <exception cref="EngineException">BlobCorrupt.</exception>
    public void Finish()
    {
        var rest = new byte[64 * 1024];
        while (Read(rest) > 0) { }
        if (expected is null) return;
        if (_count != expected.Size) throw BlobStore.Corrupt(expected, $"it has {_count} bytes, not {expected.Size}");
        var found = Digest.FromHash(_hash.GetHashAndReset());
        if (found != expected.Digest) throw BlobStore.Corrupt(expected, $"its digest is {found}");
    }

    private int Tell(int count)
    {
        if (progress is not null && (count == 0 || _count - _told >= TellAfter)) progress.Report(new LayerProgress(expected?.Digest, _told = _count, expected?.Size));
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }
}
