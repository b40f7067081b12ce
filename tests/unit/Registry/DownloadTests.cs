using PSContainer.Engine.Blobs;

namespace PSContainer.Tests.Unit.Registry;

public sealed class RegistryDownloadTests : RegistryTest
{
    private readonly byte[] _content = Noise(700_000);

    private Descriptor Kept => Registry.AddBlob(MediaType.LayerGzip, _content);

    private FakeRequest[] Asked => [.. Registry.Requests.Where(request => request.Path.Contains("/blobs/"))];

    [Fact]
    public async Task It_comes_whole()
    {
        await Download(Kept);
        Assert.True(Store.Has(Kept));
        Assert.Single(Asked);
        await Download(Registry.AddBlob(MediaType.Layer, []));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_breaks_is_taken_up_where_it_did(bool knowsRanges)
    {
        Descriptor blob = Kept;
        int count = 0;
        Registry.Instead = request => request.Path.Contains("/blobs/") && Interlocked.Increment(ref count) == 1
            ? new FakeAnswer(200, _content[..300_000]) { Announced = _content.Length }
            : knowsRanges || !request.Path.Contains("/blobs/") ? null : new FakeAnswer(200, _content);
        await Download(blob);
        Assert.True(Store.Has(blob));
        Assert.Equal("bytes=300000-", Asked[1].Headers["Range"]);
    }

    [Fact]
    public async Task A_line_that_breaks_again_and_again_is_enough_as_long_as_it_brings_something()
    {
        byte[] content = Noise(9_000_000);
        Descriptor blob = Registry.AddBlob(MediaType.LayerGzip, content);
        Registry.Instead = request =>
        {
            if (!request.Path.Contains("/blobs/")) return null;
            int from = request.Headers.TryGetValue("Range", out string? range) ? int.Parse(range["bytes=".Length..^1]) : 0;
            if (content.Length - from <= 1_500_000) return null;
            return new FakeAnswer(from > 0 ? 206 : 200, content[from..(from + 1_500_000)], ("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}")) { Announced = content.Length - from };
        };
        await Download(blob);
        Assert.True(Store.Has(blob));
    }

    [Fact]
    public async Task What_an_earlier_attempt_brought_is_gone_on_with()
    {
        Descriptor blob = Kept;
        Registry.Instead = request => request.Path.Contains("/blobs/") ? new FakeAnswer(200, _content[..300_000]) { Announced = _content.Length } : null;
        await Fails("RegistryFailed", () => Download(blob, Options with { MaximumRetryCount = 0 }));
        Assert.False(Store.Has(blob));
        Registry.Instead = _ => null;
        await Download(blob);
        Assert.True(Store.Has(blob));
        Assert.Equal("bytes=300000-", Asked.Last().Headers["Range"]);
    }

    [Fact]
    public async Task A_registry_that_brings_nothing_more_is_given_up()
    {
        Descriptor blob = Kept;
        Registry.Instead = request => request.Path.Contains("/blobs/") ? new FakeAnswer(200, []) { Announced = _content.Length } : null;
        await Fails("RegistryFailed", () => Download(blob));
        Assert.Equal(3, Asked.Length);
        Assert.Empty(Store.Abandoned());
    }

    [Fact]
    public async Task Another_content_or_size_than_was_announced_is_refused_and_not_kept()
    {
        Descriptor blob = Kept;
        Registry.Blobs[blob.Digest.ToString()] = Noise(700_001)[..700_000];
        await Fails("BlobCorrupt", () => Download(blob));
        Registry.Blobs[blob.Digest.ToString()] = _content[..600_000];
        await Fails("BlobCorrupt", () => Download(blob));
        Registry.Blobs[blob.Digest.ToString()] = Noise(800_000);
        await Fails("BlobCorrupt", () => Download(blob));
        Registry.Instead = request => request.Path.Contains("/blobs/") ? new FakeAnswer(200, _content) { Endless = 2_000_000_000 } : null;
        await Fails("BlobCorrupt", () => Download(blob));
        Assert.False(Store.Has(blob));
        Assert.Empty(Store.Abandoned());
    }

    [Fact]
    public async Task A_part_that_nobody_asked_for_is_refused()
    {
        Descriptor blob = Kept;
        Registry.Instead = request => request.Path.Contains("/blobs/") ? new FakeAnswer(206, _content[10..], ("Content-Range", "bytes 10-699999/700000")) : null;
        await Fails("RegistryAnswerInvalid", () => Download(blob));
    }

    [Fact]
    public async Task A_layer_that_stops_coming_is_an_error()
    {
        Descriptor blob = Kept;
        using var other = new FakeServer(_ => FakeAnswer.Hangs);
        Registry.Instead = request => request.Path.Contains("/blobs/") ? new FakeAnswer(307, null, ("Location", other.Address)) : null;
        await Fails("RegistryTimedOut", () => Download(blob, Options with { OperationTimeout = TimeSpan.FromSeconds(1) }));
    }
}
