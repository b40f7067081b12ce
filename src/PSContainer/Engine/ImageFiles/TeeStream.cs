using PSContainer.Engine.Blobs;

namespace PSContainer.Engine.ImageFiles;

/// <summary>A stream whose bytes also go into the store, as they are read: a layer is unpacked and kept in one pass.</summary>
internal sealed class TeeStream(Stream source, BlobIngest kept, CancellationToken cancelled) : Stream
{
    public override int Read(Span<byte> buffer)
    {
        cancelled.ThrowIfCancellationRequested();
        int count = source.Read(buffer);
        kept.Write(buffer[..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Reads what nobody has read: the unpacker stops early at a layer that is there.</summary>
    public void Drain()
    {
        var buffer = new byte[1 << 17];
        while (Read(buffer) > 0) { }
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
