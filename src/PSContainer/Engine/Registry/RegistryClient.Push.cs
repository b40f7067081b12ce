using System.Net;
using System.Net.Http.Headers;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Registry.Transfer;
using PSContainer.Engine.Registry.Transport;

namespace PSContainer.Engine.Registry;

// What goes into a repository.
public sealed partial class RegistryClient
{
    /// <summary>Where a registry, or the proxy before it, takes no more at once. nginx's own limit is a megabyte, which nobody leaves so.</summary>
    private const int Chunk = 8 * 1024 * 1024;

    /// <summary>Whether the repository has the blob.</summary>
    public Task<bool> Has(Descriptor blob, CancellationToken cancel)
        => Retry.Run(_options, async () =>
        {
            using RegistryResponse response = await _transport.Send(new RegistryRequest(HttpMethod.Head, $"v2/{_image.Repository}/blobs/{blob.Digest}", blob.Digest.Short) { Also = [HttpStatusCode.NotFound] }, cancel);
            return response.IsSuccess && (response.Length is null or 0 || response.Length == blob.Size);
        }, cancel);

    /// <summary>Puts a blob into the repository.</summary>
    /// <param name="open">Opens its content, for each attempt anew.</param>
    /// <param name="from">Other repositories of the registry that may have it: then it need not be sent.</param>
    /// <param name="sent">Told how many bytes have gone.</param>
    /// <returns>Whether it had to be sent.</returns>
    public Task<bool> Upload(Descriptor blob, Func<Stream> open, IEnumerable<string> from, Action<long> sent, CancellationToken cancel)
        => Retry.Run(_options, async () =>
        {
            string what = $"a place for {blob.Digest.Short} in {_image.Repository}", uploads = $"v2/{_image.Repository}/blobs/uploads/";
            string mount = from.FirstOrDefault() is { } other ? $"?mount={Uri.EscapeDataString(blob.Digest.ToString())}&from={Uri.EscapeDataString(other)}" : "";
            Uri place;
            using (RegistryResponse begun = await _transport.Send(new RegistryRequest(HttpMethod.Post, uploads + mount, what) { Body = _ => Empty() }, cancel))
            {
                if (begun.Status == HttpStatusCode.Created) return false;
                place = PlaceIn(begun);
            }
            var whole = new RegistryRequest(HttpMethod.Put, Completed(place, blob.Digest), what)
            {
                Body = watch => new BlobContent(open(), 0, blob.Size, watch, sent),
                AsksFirst = blob.Size > Chunk,
                Also = [HttpStatusCode.RequestEntityTooLarge],
            };
            using (RegistryResponse response = await _transport.Send(whole, cancel))
                if (response.IsSuccess) return true;
            await UploadInChunks(blob, open, place, what, sent, cancel);
            return true;
        }, cancel);

    /// <summary>Puts a manifest there, which makes the image: all its blobs have to be there.</summary>
    /// <param name="tagOrDigest">What it can be asked for by.</param>
    /// <exception cref="EngineException">RegistryAnswerInvalid: the registry took it for something else.</exception>
    public Task PutManifest(Descriptor manifest, byte[] content, string tagOrDigest, CancellationToken cancel)
        => Retry.Run(_options, async () =>
        {
            var request = new RegistryRequest(HttpMethod.Put, $"v2/{_image.Repository}/manifests/{tagOrDigest}", $"the manifest of {_image}")
            {
                Body = _ => new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType) } },
            };
            using RegistryResponse response = await _transport.Send(request, cancel);
            if (Digest.TryParse(response.Header("Docker-Content-Digest"), out Digest digest) && digest != manifest.Digest)
                throw Failures.AnswerInvalid($"it says that {manifest.Digest} is {digest}");
            return true;
        }, cancel);

    private async Task UploadInChunks(Descriptor blob, Func<Stream> open, Uri place, string what, Action<long> sent, CancellationToken cancel)
    {
        for (long from = 0; from < blob.Size;)
        {
            long start = from, length = Math.Min(Chunk, blob.Size - from);
            var piece = new RegistryRequest(HttpMethod.Patch, place.AbsoluteUri, what) { Body = watch => new BlobContent(open(), start, length, watch, sent) };
            using RegistryResponse response = await _transport.Send(piece, cancel);
            place = PlaceIn(response);
            from += length;
        }
        using RegistryResponse done = await _transport.Send(new RegistryRequest(HttpMethod.Put, Completed(place, blob.Digest), what) { Body = _ => Empty() }, cancel);
    }

    private Uri PlaceIn(RegistryResponse response) => response.Location ?? throw Failures.AnswerInvalid("it does not say where a blob is to go");

    private static string Completed(Uri place, Digest digest)
        => new UriBuilder(place) { Query = $"{place.Query.TrimStart('?')}{(place.Query.Length > 1 ? "&" : "")}digest={Uri.EscapeDataString(digest.ToString())}" }.Uri.AbsoluteUri;

    // Content-Length: 0 rather than none, which some proxies refuse.
    private static ByteArrayContent Empty() => new([]);
}
