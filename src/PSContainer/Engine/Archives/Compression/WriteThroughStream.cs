using System.Security.Cryptography;

namespace PSContainer.Engine.Archives.Compression;

/// <summary>A stream that is written once, from its beginning to its end, and hands on what it is given.</summary>
internal abstract class WriteThroughStream : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public abstract override void Write(ReadOnlySpan<byte> buffer);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Leaves its target open when it is disposed of.</summary>
internal sealed class Kept(Stream target) : WriteThroughStream
{
    public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);
}

/// <summary>Hashes what passes.</summary>
internal sealed class HashedStream(Stream target, IncrementalHash hash) : WriteThroughStream
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        hash.AppendData(buffer);
        target.Write(buffer);
    }
}
