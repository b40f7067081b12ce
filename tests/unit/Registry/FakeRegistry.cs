using System.Collections.Concurrent;
using System.Text;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;

namespace PSContainer.Tests.Unit.Registry;

/// <summary>A registry that holds what it is told to, and does wrong what <see cref="Instead"/> says.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly ConcurrentDictionary<string, List<byte>> _uploads = new();
    private readonly FakeServer _server;

    public FakeRegistry(bool tls = false) => _server = new FakeServer(Answer, tls);

    /// <summary>By digest, or repository and tag: "app:1".</summary>
    public ConcurrentDictionary<string, (string Type, byte[] Content)> Manifests { get; } = new();

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>Asked first; null lets the registry answer as it should.</summary>
    public Func<FakeRequest, FakeAnswer?> Instead { get; set; } = _ => null;

    public string Authority => _server.Authority;

    public string Address => _server.Address;

    public FakeRequest[] Requests => _server.Requests;

    public ImageReference Reference(string name) => ImageReference.Parse($"{Authority}/{name}");

    public Descriptor AddBlob(string type, byte[] content)
    {
        var blob = Descriptor.Of(type, content);
        Blobs[blob.Digest.ToString()] = content;
        return blob;
    }

    public Descriptor AddManifest(string name, string type, byte[] content)
    {
        var manifest = Descriptor.Of(type, content);
        Manifests[manifest.Digest.ToString()] = Manifests[name] = (type, content);
        return manifest;
    }

    public void Dispose() => _server.Dispose();

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public static FakeAnswer Error(int status, string code, string message, params (string, string)[] headers)
        => new(status, Text($$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}"""), headers);

    private FakeAnswer Answer(FakeRequest request)
    {
        if (Instead(request) is { } wrong) return wrong;
        string[] parts = request.Path.Split('/');
        string kind = parts.Length > 3 ? parts[^2] : "", last = parts[^1];
        string repository = kind.Length > 0 ? string.Join('/', parts[2..^2]) : "";
        return (request.Method, kind) switch
        {
            ("GET" or "HEAD", "manifests") => Manifest(repository, last),
            ("PUT", "manifests") => Keep(repository, last, request),
            ("GET" or "HEAD", "blobs") => Blob(request, last),
            ("POST", "uploads") => Begin(request),
            ("PATCH" or "PUT", "uploads") => Take(request, last),
            _ => new FakeAnswer(request.Path == "/v2/" ? 200 : 404),
        };
    }

    private FakeAnswer Manifest(string repository, string reference)
        => Manifests.TryGetValue(reference.StartsWith("sha256:") ? reference : $"{repository}:{reference}", out (string Type, byte[] Content) found)
            ? new FakeAnswer(200, found.Content, ("Content-Type", found.Type)) : Error(404, "MANIFEST_UNKNOWN", "manifest unknown");

    private FakeAnswer Keep(string repository, string reference, FakeRequest request)
        => new(201, null, ("Docker-Content-Digest", AddManifest($"{repository}:{reference}", request.Headers["Content-Type"], request.Body).Digest.ToString()));

    private FakeAnswer Blob(FakeRequest request, string digest)
    {
        if (!Blobs.TryGetValue(digest, out byte[]? content)) return Error(404, "BLOB_UNKNOWN", "blob unknown");
        if (!request.Headers.TryGetValue("Range", out string? range)) return new FakeAnswer(200, content);
        int from = int.Parse(range["bytes=".Length..].TrimEnd('-'));
        return new FakeAnswer(206, content[from..], ("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}"));
    }

    private FakeAnswer Begin(FakeRequest request)
    {
        if (request.Query.Contains("mount=") && Blobs.ContainsKey(Digest(request, "mount="))) return new FakeAnswer(201);
        string id = Guid.NewGuid().ToString();
        _uploads[id] = [];
        return new FakeAnswer(202, null, ("Location", $"/v2/x/blobs/uploads/{id}?state=a%2Bb"));
    }

    private FakeAnswer Take(FakeRequest request, string id)
    {
        List<byte> upload = _uploads[id];
        upload.AddRange(request.Body);
        if (request.Method == "PATCH") return new FakeAnswer(202, null, ("Location", $"/v2/x/blobs/uploads/{id}?state=a%2Bb"));
        string digest = Digest(request, "digest=");
        if (PSContainer.Engine.Blobs.Digest.Of(upload.ToArray()).ToString() != digest) return Error(400, "DIGEST_INVALID", "not what it says");
        Blobs[digest] = [.. upload];
        return new FakeAnswer(201);
    }

    private static string Digest(FakeRequest request, string name)
        => Uri.UnescapeDataString(request.Query.Split('&').First(part => part.StartsWith(name))[name.Length..]);
}
