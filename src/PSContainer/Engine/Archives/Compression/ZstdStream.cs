namespace PSContainer.Engine.Archives.Compression;

/// <summary>Decompresses zstd (RFC 8878), frame after frame. Windows over 128 MB are refused, which is the library's own bound on memory.</summary>
internal sealed unsafe class ZstdStream(Stream source) : ForwardStream
{
    private readonly byte[] _input = new byte[128 * 1024];
    private nint _context = Zstd.Create(Zstd.CreateDecompressor);
    private int _start, _end;
    private bool _isWithinFrame;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        bool mayHoldMore = _isWithinFrame;
        while (true)
        {
            if (_start == _end && !mayHoldMore)
            {
                (_start, _end) = (0, source.Read(_input));
                if (_end == 0) return _isWithinFrame ? throw Decompression.Invalid("it is cut off.") : 0;
            }
            int made = Step(buffer);
            if (made > 0) return made;
            mayHoldMore = false;
        }
    }

    private int Step(Span<byte> buffer)
    {
        fixed (byte* input = _input, output = buffer)
        {
            var from = new Zstd.Span { Start = input, Size = (nuint)_end, Position = (nuint)_start };
            var to = new Zstd.Span { Start = output, Size = (nuint)buffer.Length };
            _isWithinFrame = Zstd.Checked(Zstd.Decompress(_context, &to, &from)) != 0;
            _start = (int)from.Position;
            return (int)to.Position;
        }
    }

    protected override void Dispose(bool disposing)
    {
        nint context = Interlocked.Exchange(ref _context, 0);
        if (context != 0) Zstd.FreeDecompressor(context);
        base.Dispose(disposing);
    }

    ~ZstdStream() => Dispose(false);
}
