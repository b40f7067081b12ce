using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Registry;

namespace PSContainer.Tests.Unit.Registry;

public sealed class RegistryManifestTests : RegistryTest
{
    private static readonly byte[] s_content = FakeRegistry.Text("""{"schemaVersion":2}""");

    [Fact]
    public async Task It_is_had_by_tag_and_by_digest()
    {
        Descriptor kept = Registry.AddManifest("team/app:1", MediaType.Manifest, s_content);
        (Descriptor found, byte[] content) = await Manifest("team/app:1");
        Assert.Equal((kept.MediaType, kept.Digest, kept.Size), (found.MediaType, found.Digest, found.Size));
        Assert.Equal(s_content, content);
        Assert.Equal(kept.Digest, (await Manifest($"team/app@{kept.Digest}")).Manifest.Digest);
        Assert.Contains(MediaType.DockerIndex, Registry.Requests.Last().Headers["Accept"]);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain; charset=utf-8")]
    public async Task Where_the_server_does_not_know_what_it_is_the_manifest_says_it(string type)
    {
        Registry.AddManifest("app:1", type, FakeRegistry.Text($$"""{"mediaType":"{{MediaType.DockerManifest}}"}"""));
        Assert.Equal(MediaType.DockerManifest, (await Manifest("app:1")).Manifest.MediaType);
        Registry.AddManifest("app:1", type, FakeRegistry.Text("<html>"));
        await Fails("ManifestInvalid", () => Manifest("app:1"));
    }

    [Fact]
    public async Task What_has_another_digest_is_refused()
    {
        string wanted = "sha256:" + new string('a', 64);
        Registry.Manifests[wanted] = (MediaType.Manifest, s_content);
        await Fails("BlobCorrupt", () => Manifest("app@" + wanted));
        Registry.Instead = _ => new FakeAnswer(200, s_content, ("Content-Type", MediaType.Manifest), ("Docker-Content-Digest", wanted));
        await Fails("BlobCorrupt", () => Manifest("app:1"));
    }

    [Fact]
    public async Task Fifty_megabytes_are_not_read()
    {
        Registry.Instead = _ => new FakeAnswer(200, s_content, ("Content-Type", MediaType.Manifest)) { Announced = 50_000_000 };
        await Fails("ManifestInvalid", () => Manifest("app:1"));
        Registry.Instead = _ => new FakeAnswer(200, new byte[65536], ("Content-Type", MediaType.Manifest)) { Endless = 50_000_000 };
        await Fails("ManifestInvalid", () => Manifest("app:1"));
    }

    [Fact]
    public async Task One_that_an_index_names_has_the_size_that_it_says()
    {
        Descriptor kept = Registry.AddManifest("app:1", MediaType.Manifest, s_content);
        using var client = new RegistryClient(Registry.Reference("app:1"), Options);
        Assert.Equal(s_content, (await client.Manifest(kept, default)).Content);
        await Fails("BlobCorrupt", () => client.Manifest(kept with { Size = 1 }, default));
        await Fails("ManifestInvalid", () => client.Manifest(kept with { Size = 50_000_000 }, default));
    }

    [Theory]
    [InlineData(401, "RegistryUnauthorized", 1)]
    [InlineData(403, "RegistryForbidden", 1)]
    [InlineData(404, "ImageNotInRegistry", 1)]
    [InlineData(418, "RegistryFailed", 1)]
    [InlineData(429, "RegistryBusy", 3)]
    [InlineData(500, "RegistryFailed", 3)]
    [InlineData(503, "RegistryFailed", 3)]
    public async Task Each_answer_is_an_error_of_its_own_and_what_may_pass_is_tried_again(int status, string id, int attempts)
    {
        Registry.Instead = request => request.Path == "/v2/" ? null : FakeRegistry.Error(status, "SOME_CODE", "some\\u001b[31m words\\u202e");
        string message = (await Fails(id, () => Manifest("app:1"))).Message;
        Assert.Contains("SOME_CODE", message);
        Assert.DoesNotContain(message, c => char.IsControl(c) || c == '\u202e');
        Assert.Equal(attempts, Registry.Requests.Length);
    }

    [Fact]
    public async Task What_passes_is_got_over()
    {
        Descriptor kept = Registry.AddManifest("app:1", MediaType.Manifest, s_content);
        int count = 0;
        Registry.Instead = _ => Interlocked.Increment(ref count) switch { 1 => new FakeAnswer(503), 2 => new FakeAnswer(429, null, ("Retry-After", "0")), _ => null };
        Assert.Equal(kept.Digest, (await Manifest("app:1")).Manifest.Digest);
    }

    [Fact]
    public async Task A_registry_that_wants_an_hour_is_not_waited_for()
    {
        Registry.Instead = _ => new FakeAnswer(429, null, ("Retry-After", "3600"));
        await Fails("RegistryBusy", () => Manifest("app:1"));
        Assert.Single(Registry.Requests);
    }

    [Fact]
    public async Task An_error_of_megabytes_and_one_that_is_none_say_no_more_than_their_number()
    {
        Registry.Instead = _ => new FakeAnswer(403, new byte[65536]) { Endless = 10_000_000 };
        await Fails("RegistryForbidden", () => Manifest("app:1"));
        foreach (string body in (string[])["[]", "{\"errors\":[]}", "{\"errors\":3}", "<html>", "{\"errors\":[3]}"])
        {
            Registry.Instead = _ => new FakeAnswer(403, FakeRegistry.Text(body));
            await Fails("RegistryForbidden", () => Manifest("app:1"));
        }
    }

    [Fact]
    public async Task A_registry_that_hangs_is_given_up_once()
    {
        Registry.Instead = _ => FakeAnswer.Hangs;
        await Fails("RegistryTimedOut", () => Manifest("app:1", Options with { OperationTimeout = TimeSpan.FromSeconds(1) }));
        // None at all where this machine is so slow that the greeting took too long.
        Assert.InRange(Registry.Requests.Length, 0, 1);
    }

    [Fact]
    public async Task Whoever_no_longer_wants_it_does_not_wait()
    {
        Registry.Instead = _ => FakeAnswer.Hangs;
        using var client = new RegistryClient(Registry.Reference("app:1"), Options);
        using var cancel = new CancellationTokenSource();
        Task<(Descriptor, byte[])> waiting = client.Manifest("1", cancel.Token);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_host_that_is_none_is_told_of()
    {
        using var client = new RegistryClient(ImageReference.Parse("127.0.0.1:1/app:1"), Options);
        await Fails("RegistryUnreachable", () => client.Manifest("1", default));
    }
}
