using Microsoft.Win32.SafeHandles;
using PSContainer.Engine.Archives.Tar;

namespace PSContainer.Engine.ImageFiles;

/// <summary>A part of an open file, as a stream. Each has a position of its own, so many may read from one file at once.</summary>
internal sealed class FilePart(SafeFileHandle file, long start, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = Math.Clamp(value, 0, length);
    }

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, length - _position);
        if (wanted == 0) return 0;
        int count = RandomAccess.Read(file, buffer[..wanted], start + _position);
        if (count == 0) throw TarError.Truncated(start + _position);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin)
        => Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => length + offset };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
