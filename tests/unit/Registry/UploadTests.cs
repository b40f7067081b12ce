using PSContainer.Engine.Blobs;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Registry.Credentials;

namespace PSContainer.Tests.Unit.Registry;

public sealed class UploadTests : RegistryTest
{
    private readonly byte[] _content = Noise(20_000_000);

    private Descriptor Blob => Descriptor.Of(MediaType.LayerGzip, _content);

    private Task<bool> Upload(params string[] from) => new RegistryClient(Registry.Reference("app:1"), Options, push: true).Upload(Blob, () => new MemoryStream(_content), from, _ => { }, default);

    private string[] Methods => [.. Registry.Requests.Where(request => request.Path.Contains("/uploads/")).Select(request => request.Method)];

    [Fact]
    public async Task It_goes_whole()
    {
        Assert.True(await Upload());
        Assert.Equal(_content, Registry.Blobs[Blob.Digest.ToString()]);
        Assert.Equal(["POST", "PUT"], Methods);
        Assert.Contains("state=a%2Bb&digest=", Registry.Requests.Last().Query);
        using var client = new RegistryClient(Registry.Reference("app:1"), Options);
        Assert.True(await client.Has(Blob, default));
        Assert.False(await client.Has(Descriptor.Of("x", [1]), default));
    }

    [Fact]
    public async Task It_goes_in_pieces_where_the_whole_is_too_large()
    {
        Registry.Instead = request => request.Body.Length > 10_000_000 ? new FakeAnswer(413) : null;
        Assert.True(await Upload());
        Assert.Equal(_content, Registry.Blobs[Blob.Digest.ToString()]);
        Assert.Equal(["POST", "PUT", "PATCH", "PATCH", "PATCH", "PUT"], Methods);
        Assert.Equal(["0-8388607", "8388608-16777215", "16777216-19999999"], Registry.Requests.Where(request => request.Method == "PATCH").Select(request => request.Headers["Content-Range"]));
    }

    [Fact]
    public async Task What_another_repository_has_is_linked()
    {
        Registry.AddBlob(MediaType.LayerGzip, _content);
        Assert.False(await Upload("team/base"));
        Assert.Equal(["POST"], Methods);
        Assert.Contains("from=team%2Fbase", Registry.Requests.Last().Query);
    }

    [Fact]
    public async Task What_another_repository_does_not_have_is_sent()
    {
        Assert.True(await Upload("team/base"));
        Assert.Equal(["POST", "PUT"], Methods);
    }

    [Fact]
    public async Task A_failure_that_may_pass_is_got_over()
    {
        int count = 0;
        Registry.Instead = request => request.Method == "PUT" && Interlocked.Increment(ref count) == 1 ? new FakeAnswer(500) : null;
        Assert.True(await Upload());
        Assert.Equal(["POST", "PUT", "POST", "PUT"], Methods);
    }

    [Fact]
    public async Task A_registry_that_does_not_say_where_to_is_none()
    {
        Registry.Instead = request => request.Method == "POST" ? new FakeAnswer(202) : null;
        await Fails("RegistryAnswerInvalid", () => Upload());
    }

    [Fact]
    public async Task A_place_on_another_host_gets_no_authorization()
    {
        using var other = new FakeServer(_ => new FakeAnswer(201), address: "127.0.0.2");
        Registry.Instead = request => request.Authorization is null ? new FakeAnswer(401, null, ("WWW-Authenticate", "Basic realm=\"x\""))
            : request.Method == "POST" ? new FakeAnswer(202, null, ("Location", other.Address + "/place")) : null;
        using var client = new RegistryClient(Registry.Reference("app:1"), Options with { Credential = new RegistryCredential("ann", "s3cret-word", "x") }, push: true);
        await client.Upload(Blob, () => new MemoryStream(_content), [], _ => { }, default);
        Assert.Null(Assert.Single(other.Requests).Authorization);
    }

    [Fact]
    public async Task A_manifest_that_is_taken_for_another_is_an_error()
    {
        byte[] manifest = FakeRegistry.Text("{}");
        using var client = new RegistryClient(Registry.Reference("app:1"), Options, push: true);
        await client.PutManifest(Descriptor.Of(MediaType.Manifest, manifest), manifest, "1", default);
        Assert.Equal(MediaType.Manifest, Registry.Manifests["app:1"].Type);
        Assert.Equal(manifest, Registry.Manifests["app:1"].Content);
        Registry.Instead = request => new FakeAnswer(201, null, ("Docker-Content-Digest", "sha256:" + new string('a', 64)));
        await Fails("RegistryAnswerInvalid", () => client.PutManifest(Descriptor.Of(MediaType.Manifest, manifest), manifest, "1", default));
    }
}
