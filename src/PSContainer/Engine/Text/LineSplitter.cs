using System.Text;

namespace PSContainer.Engine.Text;

/// <summary>Bytes that come in any portions, as lines of UTF-8 text without their ends.</summary>
public sealed class LineSplitter
{
    /// <summary>Bytes after which a line without an end is given out in parts: output may never hold an end at all.</summary>
    public const int Longest = 16 << 20;

    private readonly MemoryStream _pending = new();

    public void Add(ReadOnlySpan<byte> bytes, Action<string> take)
    {
        int end;
        while ((end = bytes.IndexOf((byte)'\n')) >= 0)
        {
            ReadOnlySpan<byte> line = bytes[..end];
            if (_pending.Length > 0)
            {
                _pending.Write(line);
                line = _pending.GetBuffer().AsSpan(0, (int)_pending.Length);
            }
            if (line.EndsWith("\r"u8)) line = line[..^1];
            take(Encoding.UTF8.GetString(line));
            _pending.SetLength(0);
            bytes = bytes[(end + 1)..];
        }
        _pending.Write(bytes);
        if (_pending.Length > Longest) Finish(take);
    }

    /// <summary>The last line, where it had no end.</summary>
    public void Finish(Action<string> take)
    {
        if (_pending.Length > 0) take(Encoding.UTF8.GetString(_pending.GetBuffer().AsSpan(0, (int)_pending.Length)));
        _pending.SetLength(0);
    }
}
