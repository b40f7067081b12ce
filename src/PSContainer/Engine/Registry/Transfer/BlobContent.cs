using System.Net;
using System.Net.Http.Headers;
using PSContainer.Engine.Registry.Transport;

namespace PSContainer.Engine.Registry.Transfer;

/// <summary>A blob, or a piece of one, as a request's body. Each piece that goes is a sign of life.</summary>
internal sealed class BlobContent : HttpContent
{
    private readonly Stream _blob;
    private readonly long _from, _length;
    private readonly StallWatch _watch;
    private readonly Action<long> _sent;

    /// <param name="sent">Told how many bytes of the whole have gone.</param>
    public BlobContent(Stream blob, long from, long length, StallWatch watch, Action<long> sent)
    {
        (_blob, _from, _length, _watch, _sent) = (blob, from, length, watch, sent);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        // "0-99", without the unit that HTTP's own Content-Range has (distribution-spec, pushing a blob in chunks).
        if (length < blob.Length) Headers.TryAddWithoutValidation("Content-Range", $"{from}-{from + length - 1}");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _blob.Position = _from;
        byte[] buffer = new byte[1 << 17];
        for (long left = _length; left > 0;)
        {
            int count = await _blob.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), _watch.Token);
            if (count == 0) throw new EndOfStreamException();
            await stream.WriteAsync(buffer.AsMemory(0, count), _watch.Token);
            left -= count;
            _watch.Alive();
            _sent(_from + _length - left);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _blob.Dispose();
        base.Dispose(disposing);
    }
}
