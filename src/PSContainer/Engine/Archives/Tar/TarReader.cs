using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Archives.Tar;

/// <summary>
/// Reads an archive from a stream, forward only: v7, ustar, pax, GNU and star. Names, links and attribute values stay bytes, which is
/// why System.Formats.Tar does not serve: it takes them for UTF-8, and so loses names and security.capability.
/// </summary>
/// <remarks>All that is held in memory is one buffer, and one entry's extended headers, which are bounded.</remarks>
public sealed class TarReader(Stream source)
{
    /// <summary>The longest name or link: Linux's PATH_MAX, its zero byte left out.</summary>
    public const int LongestName = 4095;

    /// <summary>The largest extended header, in bytes.</summary>
    public const int LargestExtension = 1 << 20;

    private readonly byte[] _buffer = new byte[128 * 1024];
    private int _start, _end;
    private long _left, _padding;

    /// <summary>Bytes of the archive that have been taken.</summary>
    public long Position { get; private set; }

    /// <summary>The archive's end was marked, as every writer does; a truncated archive may end between two entries.</summary>
    public bool IsEndMarked { get; private set; }

    /// <summary>The next entry, past what is left of this one's content; null at the end.</summary>
    /// <exception cref="EngineException">ArchiveInvalid, ArchiveTruncated, ArchiveNotSupported.</exception>
    public TarEntry? Next()
    {
        if (IsEndMarked) return null;
        Skip(_left + _padding);
        _left = _padding = 0;
        PaxRecords? pax = null;
        PathBytes? longName = null, longLink = null;
        while (true)
        {
            long offset = Position;
            if (!TryTake(TarHeader.Size, out ReadOnlySpan<byte> block)) return pax is null && longName is null && longLink is null ? null : throw TarError.Truncated(Position);
            var header = new TarHeader(block);
            if (header.IsZero)
            {
                IsEndMarked = true;
                return null;
            }
            if (!header.HasChecksum) throw TarError.Invalid(offset, "a header's checksum is wrong");
            switch ((char)header.Type)
            {
                case 'x':
                    pax = PaxRecords.TryParse(Extension(header, offset)) ?? throw TarError.Invalid(offset, "an extended header is malformed");
                    continue;
                case 'g': // Defaults for all that follow. No layer's writer relies on them; git's holds a comment.
                    Extension(header, offset);
                    continue;
                case 'L':
                    longName = Long(header, offset);
                    continue;
                case 'K':
                    longLink = Long(header, offset);
                    continue;
                default:
                    return Entry(header, offset, pax, longName, longLink);
            }
        }
    }

    /// <summary>The next part of the current entry's content, empty at its end; valid until the next call.</summary>
    /// <exception cref="EngineException">ArchiveTruncated.</exception>
    public ReadOnlySpan<byte> ReadPart()
    {
        if (_left == 0) return default;
        if (_start == _end && !Fill()) throw TarError.Truncated(Position);
        int count = (int)Math.Min(_left, _end - _start);
        ReadOnlySpan<byte> part = _buffer.AsSpan(_start, count);
        Advance(count);
        _left -= count;
        return part;
    }

    /// <summary>The current entry's content, as much of it as fits; 0 at its end.</summary>
    /// <exception cref="EngineException">ArchiveTruncated.</exception>
    public int Read(Span<byte> destination)
    {
        if (_left == 0 || destination.IsEmpty) return 0;
        if (_start == _end && !Fill()) throw TarError.Truncated(Position);
        int count = (int)Math.Min(Math.Min(_left, _end - _start), destination.Length);
        _buffer.AsSpan(_start, count).CopyTo(destination);
        Advance(count);
        _left -= count;
        return count;
    }

    /// <summary>The whole content of the current entry.</summary>
    /// <param name="largest">What it may have at most, in bytes.</param>
    /// <exception cref="EngineException">ArchiveInvalid where it has more; ArchiveTruncated.</exception>
    public byte[] ReadAll(int largest)
    {
        if (_left > largest) throw TarError.Invalid(Position, $"an entry of {_left} bytes, where {largest} would be much");
        using var content = new MemoryStream();
        for (ReadOnlySpan<byte> part; !(part = ReadPart()).IsEmpty;) content.Write(part);
        return content.ToArray();
    }

    /// <summary>The current entry's content as a stream, until the next entry is asked for.</summary>
    public Stream OpenContent() => new TarContent(this);

    /// <summary>Reads on to the stream's end: writers pad an archive, and a digest is over all of it.</summary>
    public void Drain()
    {
        do Advance(_end - _start);
        while (Fill());
    }

    private TarEntry Entry(TarHeader header, long offset, PaxRecords? pax, PathBytes? longName, PathBytes? longLink)
    {
        PathBytes name = pax?.Name ?? longName ?? header.Name, link = pax?.Link ?? longLink ?? header.Link;
        if (name.Length > LongestName || link.Length > LongestName) throw TarError.Invalid(offset, $"a name of more than {LongestName} bytes");
        TarType type = header.Type switch
        {
            // Before there was a type for folders, a slash told them; 7 is a file that old systems laid out in one piece.
            (byte)'0' or 0 or (byte)'7' => name.Span.EndsWith("/"u8) ? TarType.Folder : TarType.File,
            >= (byte)'1' and <= (byte)'6' => (TarType)header.Type,
            (byte)'S' => throw TarError.NotSupported(offset, "a sparse file"),
            _ => throw TarError.NotSupported(offset, $"an entry of type {(header.Type is > 32 and < 127 ? $"'{(char)header.Type}'" : header.Type.ToString())}"),
        };
        if (pax is { IsSparse: true }) throw TarError.NotSupported(offset, "a sparse file");
        // Writers have put all kinds of sizes into headers that nothing follows.
        long size = type == TarType.File ? Number(pax?.Size, header, TarHeader.SizeField, offset, "size", long.MaxValue - TarHeader.Size) : 0;
        (_left, _padding) = (size, -size & (TarHeader.Size - 1));
        if (!header.TryNumber(TarHeader.TimeField, out long modified) && pax?.Modified is null) throw TarError.Invalid(offset, "a time that is no number");
        bool isDevice = type is TarType.CharacterDevice or TarType.BlockDevice;
        return new TarEntry
        {
            Type = type,
            Name = name,
            Link = link,
            Mode = (uint)Number(null, header, TarHeader.ModeField, offset, "mode", uint.MaxValue) & 0xFFF,
            // The highest number means "none" to the kernel.
            User = (uint)Number(pax?.User, header, TarHeader.UserField, offset, "owner", uint.MaxValue - 1),
            Group = (uint)Number(pax?.Group, header, TarHeader.GroupField, offset, "group", uint.MaxValue - 1),
            Size = size,
            Modified = pax?.Modified?.Seconds ?? modified,
            ModifiedNanoseconds = pax?.Modified?.Nanoseconds ?? 0,
            Major = isDevice ? (uint)Number(null, header, TarHeader.MajorField, offset, "device", uint.MaxValue) : 0,
            Minor = isDevice ? (uint)Number(null, header, TarHeader.MinorField, offset, "device", uint.MaxValue) : 0,
            Attributes = pax?.Attributes ?? [],
        };
    }

    private static long Number(long? extended, TarHeader header, Range field, long offset, string what, long largest)
    {
        long number = extended ?? 0;
        if (extended is null && !header.TryNumber(field, out number)) throw TarError.Invalid(offset, $"a {what} that is no number");
        return number >= 0 && number <= largest ? number : throw TarError.Invalid(offset, $"a {what} of {number}");
    }

    private byte[] Extension(TarHeader header, long offset)
    {
        long size = Number(null, header, TarHeader.SizeField, offset, "size", LargestExtension);
        var content = new byte[size];
        for (int done = 0; done < content.Length;)
        {
            if (_start == _end && !Fill()) throw TarError.Truncated(Position);
            int count = Math.Min(content.Length - done, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(content.AsSpan(done));
            Advance(count);
            done += count;
        }
        Skip(-size & (TarHeader.Size - 1));
        return content;
    }

    private PathBytes Long(TarHeader header, long offset)
    {
        ReadOnlySpan<byte> name = Extension(header, offset);
        int end = name.IndexOf((byte)0);
        return new PathBytes(end < 0 ? name : name[..end]);
    }

    private void Skip(long count)
    {
        while (count > 0)
        {
            if (_start == _end && !Fill()) throw TarError.Truncated(Position);
            int step = (int)Math.Min(count, _end - _start);
            Advance(step);
            count -= step;
        }
    }

    // False at the very end of the stream.
    private bool TryTake(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (_end - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            while (_end < count)
            {
                int read = source.Read(_buffer, _end, _buffer.Length - _end);
                if (read == 0) return _end == 0 ? false : throw TarError.Truncated(Position + _end);
                _end += read;
            }
        }
        bytes = _buffer.AsSpan(_start, count);
        Advance(count);
        return true;
    }

    private bool Fill()
    {
        (_start, _end) = (0, source.Read(_buffer));
        return _end > 0;
    }

    private void Advance(int count)
    {
        _start += count;
        Position += count;
    }
}
