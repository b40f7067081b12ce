using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Cache;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Images;
using PSContainer.Engine.State;

namespace PSContainer.Tests.Unit.Builds;

public sealed class BuildCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static BuiltLayer Layer(string content) => new(Digest.Of(System.Text.Encoding.UTF8.GetBytes(content)), new Descriptor(MediaType.LayerGzip, Digest.Of([1]), 1), DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_key_is_another_when_anything_is()
    {
        Digest[] keys =
        [
            BuildCache.Key([], "RUN", "a"), BuildCache.Key([], "RUN", "b"), BuildCache.Key([], "RUN a"), BuildCache.Key([], "RUN", "a", ""),
            BuildCache.Key([Layer("x")], "RUN", "a"), BuildCache.Key([Layer("x"), Layer("y")], "RUN", "a"), BuildCache.Key([Layer("y"), Layer("x")], "RUN", "a"),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[4], BuildCache.Key([Layer("x") with { Created = DateTimeOffset.UtcNow }], "RUN", "a"));
    }

    [Fact]
    public void A_record_counts_while_its_layer_is_here()
    {
        StorageRoot root = StorageRoot.At(_folder);
        var images = new ImageStore(root);
        var cache = new BuildCache(root, images);
        Digest key = BuildCache.Key([], "RUN"), empty = BuildCache.Key([], "true"), content = BuildCache.Key([], "SOURCES");
        Descriptor blob = images.Blobs.Add(MediaType.LayerGzip, "blob"u8);
        var step = new CachedStep(Layer("x") with { Blob = blob });
        Directory.CreateDirectory(images.Layers.FolderOf(step.Layer!.DiffId));
        Assert.Null(cache.Find(key));
        cache.Keep(key, step);
        cache.Keep(empty, new CachedStep(null));
        cache.Keep(content, new CachedStep(null, Digest.Of([2])));
        Assert.Equal(step.Layer with { Blob = blob }, cache.Find(key)!.Layer! with { Blob = blob });
        Assert.Null(cache.Find(empty)!.Layer);
        Assert.Equal(Digest.Of([2]), cache.Find(content)!.Content);
        Assert.Equal(0, cache.Sweep());

        images.Blobs.Remove(blob.Digest);
        Assert.Null(cache.Find(key));
        File.WriteAllText(Path.Combine(_folder, "builds/cache", empty.Hex), "{");
        Assert.Null(cache.Find(empty));
        Assert.Equal(2, cache.Sweep());
        Assert.NotNull(cache.Find(content));
    }
}
