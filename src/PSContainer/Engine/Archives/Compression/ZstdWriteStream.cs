namespace PSContainer.Engine.Archives.Compression;

/// <summary>Compresses with zstd at its default level, one frame. The target stays open; disposing ends the frame.</summary>
internal sealed unsafe class ZstdWriteStream(Stream target) : WriteThroughStream
{
    private readonly byte[] _output = new byte[128 * 1024];
    private nint _context = Zstd.Create(Zstd.CreateCompressor);

    public override void Write(ReadOnlySpan<byte> buffer) => Step(buffer, Zstd.End.Continue);

    private void Step(ReadOnlySpan<byte> buffer, Zstd.End directive)
    {
        fixed (byte* input = buffer, output = _output)
        {
            var from = new Zstd.Span { Start = input, Size = (nuint)buffer.Length };
            nuint left;
            do
            {
                var to = new Zstd.Span { Start = output, Size = (nuint)_output.Length };
                left = Zstd.Checked(Zstd.Compress(_context, &to, &from, directive));
                target.Write(_output, 0, (int)to.Position);
            }
            while (directive == Zstd.End.Frame ? left != 0 : from.Position < from.Size);
        }
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            if (disposing && _context != 0) Step(default, Zstd.End.Frame);
        }
        finally
        {
            nint context = Interlocked.Exchange(ref _context, 0);
            if (context != 0) Zstd.FreeCompressor(context);
        }
        base.Dispose(disposing);
    }

    ~ZstdWriteStream() => Dispose(false);
}
