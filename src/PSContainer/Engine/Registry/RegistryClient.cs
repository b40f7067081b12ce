using System.Net;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Records;
using PSContainer.Engine.Registry.Transport;

namespace PSContainer.Engine.Registry;

/// <summary>
/// One repository of a registry, by the OCI distribution specification 1.1, which docker's registries speak as well: manifests and blobs out
/// of it. What comes is bounded, and is what its digest says, before anybody reads it.
/// </summary>
public sealed partial class RegistryClient : IDisposable
{
    // Docker's and OCI's, since a registry converts nothing: it answers 404 to whoever does not take what it has.
    private static readonly string[] s_manifestTypes = [MediaType.Manifest, MediaType.Index, MediaType.DockerManifest, MediaType.DockerIndex];

    private readonly ImageReference _image;
    private readonly RegistryOptions _options;
    private readonly RegistryTransport _transport;

    /// <param name="image">Names the registry and the repository.</param>
    /// <param name="push">Ask for the right to write as well.</param>
    public RegistryClient(ImageReference image, RegistryOptions options, bool push = false)
    {
        (_image, _options) = (image, options);
        _transport = new RegistryTransport(image.Registry, image.Repository, push ? "pull,push" : "pull", options);
    }

    private RegistryFailures Failures => _transport.Failures;

    public void Dispose() => _transport.Dispose();

    /// <summary>A manifest or an index.</summary>
    /// <param name="tagOrDigest">A digest is checked.</param>
    /// <returns>Its media type, digest and size, and its bytes.</returns>
    /// <exception cref="EngineException">ImageNotInRegistry, ManifestInvalid, BlobCorrupt, and those of any exchange with a registry.</exception>
    public Task<(Descriptor Manifest, byte[] Content)> Manifest(string tagOrDigest, CancellationToken cancel)
        => Retry.Run(_options, async () =>
        {
            string what = $"the manifest of {_image}";
            using RegistryResponse response = await _transport.Send(new RegistryRequest(HttpMethod.Get, $"v2/{_image.Repository}/manifests/{tagOrDigest}", what) { Accept = s_manifestTypes }, cancel);
            byte[] content = await response.ReadAll(BlobStore.LongestJson, cancel)
                ?? throw new EngineException("ManifestInvalid", Reason.Corrupt, $"This is no image that can be used: {what} has more than {BlobStore.LongestJson} bytes.", "Ask its maker for a new one.");
            Descriptor manifest = Descriptor.Of(TypeOf(response, content), content);
            foreach (string? announced in (string?[])[tagOrDigest, response.Header("Docker-Content-Digest")])
                if (Digest.TryParse(announced, out Digest digest) && digest != manifest.Digest) throw BlobStore.Corrupt(manifest with { Digest = digest }, $"what {_image.Registry} sends is {manifest.Digest}");
            return (manifest, content);
        }, cancel);

    /// <summary>A manifest that an index names.</summary>
    public async Task<(Descriptor Manifest, byte[] Content)> Manifest(Descriptor named, CancellationToken cancel)
    {
        BlobStore.CheckSmall(named);
        (Descriptor found, byte[] content) = await Manifest(named.Digest.ToString(), cancel);
        if (found.Size != named.Size) throw BlobStore.Corrupt(named, $"it has {found.Size} bytes, not {named.Size}");
        return (named, content);
    }

    /// <summary>
    /// Brings a blob, or what is missing of it: a connection that breaks off is taken up where it did. Its content is checked by whoever
    /// finishes the ingest.
    /// </summary>
    /// <param name="came">Told after each piece how many bytes of the whole are here.</param>
    /// <exception cref="EngineException">ImageNotInRegistry, BlobCorrupt (the registry's has another size), and those of any exchange with a registry.</exception>
    public Task Download(Descriptor blob, BlobIngest into, Action<long> came, CancellationToken cancel)
        => Retry.Run(_options, async () =>
        {
            if (into.Position == blob.Size) return true;
            var request = new RegistryRequest(HttpMethod.Get, $"v2/{_image.Repository}/blobs/{blob.Digest}", $"{blob.Digest.Short} of {_image}") { From = into.Position };
            using RegistryResponse response = await _transport.Send(request, cancel);
            bool isPart = response.Status == HttpStatusCode.PartialContent;
            // A server that knows no ranges sends all of it again.
            long position = isPart ? response.Range?.From ?? -1 : 0;
            if (position < 0 || position > into.Position) throw Failures.AnswerInvalid("it sends a part that nobody asked for");
            if ((isPart ? response.Range!.Length : response.Length) is { } size && size != blob.Size)
            {
                into.StartOver();
                throw BlobStore.Corrupt(blob, $"{_image.Registry} has {size} bytes, not {blob.Size}");
            }
            byte[] buffer = new byte[1 << 17];
            for (int count; (count = await response.Read(buffer, cancel)) > 0; position += count)
            {
                int known = (int)Math.Clamp(into.Position - position, 0, count);
                if (known == count) continue;
                into.Write(buffer.AsSpan(known, count - known));
                came(into.Position);
            }
            return into.Position == blob.Size ? true : throw new TransientFault(Failures.Failed($"it sends {into.Position} of {blob.Size} bytes of {blob.Digest.Short}"));
        }, cancel, () => into.Position);

    // A web server that knows nothing of images says what it says for any JSON: then the manifest's own word counts, as it does where both agree.
    private string TypeOf(RegistryResponse response, byte[] content)
    {
        string type = response.ContentType ?? "";
        if (type is not ("" or "application/json" or "text/plain" or "application/octet-stream")) return type;
        return ManifestJson.Parse(content, json => json.Text("mediaType") ?? throw new FormatException($"{_image.Registry} does not say what it is"));
    }
}
