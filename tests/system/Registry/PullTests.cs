using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Registry;
using PSContainer.Engine.State;
using PSContainer.Tests.System.Lane;
using PSContainer.Tests.Unit.Registry;

namespace PSContainer.Tests.System.Registry;

/// <summary>Images that come as they should, or at the second attempt.</summary>
public sealed class PullTests : RegistryTest
{
    private ImageStore Images => new(StorageRoot.At(Folder));

    private Task<StoredImage> Pull(string name = "app:1", IProgress<LayerProgress>? progress = null, CancellationToken cancel = default)
        => new ImagePull(Images, Options).Run(Registry.Reference(name), progress, cancel);

    private int Asked(Descriptor blob) => Registry.Requests.Count(request => request.Path.EndsWith(blob.Digest.ToString()));

    private static string FileOf(ImageStore images, Digest layer, int number) => Path.Combine(images.Layers.FolderOf(layer), $"file-{number}");

    [SystemFact]
    public async Task Its_layers_are_verified_unpacked_and_named()
    {
        int[] sizes = [100_000, 2_000_000, 0, 300_000, 1, 50];
        ImageManifest manifest = SampleImage.Add(Registry, "team/app:1", sizes);
        StoredImage image = await Pull("team/app:1");
        Assert.Equal([$"{Registry.Authority}/team/app:1"], image.Names.Select(name => name.FullName));
        for (int i = 0; i < manifest.Layers.Count; i++) Assert.Equal(Noise(sizes[i]), File.ReadAllBytes(FileOf(Images, image.Config.DiffIds[i], i)));
        Assert.All(manifest.Layers, layer => Assert.True(Images.Blobs.Has(layer)));
        Assert.Empty(Images.Blobs.Abandoned());
    }

    [SystemFact]
    public async Task What_is_here_is_not_asked_for_again()
    {
        SampleImage.Add(Registry, "app:1", 1000, 2000);
        await Pull();
        SampleImage.Add(Registry, "app:2", 1000, 2000, 3000);
        StoredImage second = await Pull("app:2");
        await Pull("app:2");
        Assert.All(second.Manifest.Layers, layer => Assert.Equal(1, Asked(layer)));
        Assert.Equal(2, Images.All().Count);
    }

    [SystemFact]
    public async Task A_tag_that_has_moved_is_followed_and_a_digest_stays()
    {
        SampleImage.Add(Registry, "app:1", 1000);
        StoredImage first = await Pull();
        SampleImage.Add(Registry, "app:1", 2000);
        StoredImage second = await Pull();
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(second.Id, Images.Get($"{Registry.Authority}/app:1").Id);
        Assert.Equal(first.Id, (await Pull($"app@{first.Descriptor.Digest}")).Id);
    }

    [SystemFact]
    public async Task Of_an_index_this_machine_s_image_is_taken()
    {
        SampleImage.Add(Registry, "app:here", 1000);
        Descriptor here = Descriptor.Of(MediaType.Manifest, Registry.Manifests["app:here"].Content) with { Platform = Platform.Here };
        Descriptor other = here with { Digest = Digest.Of([1]), Platform = new Platform("linux", "s390x") };
        Registry.AddManifest("app:1", MediaType.DockerIndex, (new ImageIndex([other, here]) { Type = MediaType.DockerIndex }).ToBytes());
        Assert.Equal(here.Digest, (await Pull()).Descriptor.Digest);
        Descriptor index = Descriptor.Of(MediaType.DockerIndex, Registry.Manifests["app:1"].Content);
        Assert.Equal(here.Digest, (await Pull($"app@{index.Digest}")).Descriptor.Digest);
        Assert.Equal(here.Digest, Images.Get($"{Registry.Authority}/app@{index.Digest}").Descriptor.Digest);
    }

    [SystemFact]
    public async Task One_layer_twice_is_brought_once()
    {
        byte[] plain = SampleImage.Tar("file-0", Noise(500_000)), layer = SampleImage.Gzip(plain);
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", new ImageConfig { DiffIds = [Digest.Of(plain), Digest.Of(plain)] }, layer, layer);
        Assert.Equal(2, (await Pull()).Config.DiffIds.Count);
        Assert.Equal(1, Asked(manifest.Layers[0]));
    }

    [SystemFact]
    public async Task A_layer_that_breaks_off_is_gone_on_with_by_the_next_pull()
    {
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", 400_000, 600_000);
        Descriptor broken = manifest.Layers[1];
        Registry.Instead = request => request.Path.EndsWith(broken.Digest.ToString()) ? request.Headers.ContainsKey("Range") ? new FakeAnswer(500)
            : new FakeAnswer(200, Registry.Blobs[broken.Digest.ToString()][..200_000]) { Announced = broken.Size } : null;
        await Fails("RegistryFailed", () => Pull());
        Assert.Empty(Images.All());
        Registry.Instead = _ => null;
        StoredImage image = await Pull();
        Assert.Equal(Noise(600_000), File.ReadAllBytes(FileOf(Images, image.Config.DiffIds[1], 1)));
        Assert.Equal("bytes=200000-", Registry.Requests.Last(request => request.Path.EndsWith(broken.Digest.ToString())).Headers["Range"]);
    }

    [SystemFact]
    public async Task A_broken_beginning_of_an_earlier_attempt_is_got_over()
    {
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", 400_000);
        using (BlobIngest left = Images.Blobs.Bring(manifest.Layers[0])) left.Write(Noise(123_456));
        StoredImage image = await Pull();
        Assert.Equal(Noise(400_000), File.ReadAllBytes(FileOf(Images, image.Config.DiffIds[0], 0)));
        Assert.Equal(2, Asked(manifest.Layers[0]));
    }

    [SystemFact]
    public async Task A_layer_whose_files_are_gone_is_unpacked_from_the_store()
    {
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", 400_000);
        StoredImage image = await Pull();
        Images.Layers.Remove(image.Config.DiffIds[0]);
        await Pull();
        Assert.True(File.Exists(FileOf(Images, image.Config.DiffIds[0], 0)));
        Assert.Equal(1, Asked(manifest.Layers[0]));
    }

    [SystemFact]
    public async Task Two_at_once_bring_it_once()
    {
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", 3_000_000, 100, 2_000_000);
        StoredImage[] both = await Task.WhenAll(Pull(), Pull(), Pull());
        Assert.Single(both.Select(image => image.Id).Distinct());
        Assert.All(manifest.Layers, layer => Assert.Equal(1, Asked(layer)));
    }

    [SystemFact]
    public async Task Whoever_stops_it_leaves_a_store_that_works_and_a_beginning()
    {
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", 400_000);
        Descriptor layer = manifest.Layers[0];
        Registry.Instead = request => request.Path.EndsWith(layer.Digest.ToString()) ? new FakeAnswer(200, Registry.Blobs[layer.Digest.ToString()][..150_000]) { Announced = layer.Size, IsHeldOpen = true } : null;
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Pull(progress: new Watching(progress =>
        {
            if (progress is { Phase: LayerPhase.Downloading, Done: 150_000 }) stop.Cancel();
        }), cancel: stop.Token));
        Assert.Empty(Images.All());
        Assert.Single(Images.Blobs.Abandoned());
        Registry.Instead = _ => null;
        await Pull();
        Assert.Equal("bytes=150000-", Registry.Requests.Last(request => request.Path.EndsWith(layer.Digest.ToString())).Headers["Range"]);
    }

    [SystemFact]
    public async Task Progress_tells_of_each_layer_up_to_its_end()
    {
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", 400_000, 300_000);
        var told = new List<LayerProgress>();
        await Pull(progress: new Watching(progress => { lock (told) told.Add(progress); }));
        foreach (Descriptor layer in manifest.Layers)
        {
            LayerProgress[] mine = [.. told.Where(progress => progress.Blob == layer.Digest)];
            Assert.Equal(new LayerProgress(layer.Digest, 0, layer.Size, LayerPhase.Waiting), mine[0]);
            Assert.Contains(mine, progress => progress.Phase == LayerPhase.Downloading && progress.Done == layer.Size);
            Assert.Equal(new LayerProgress(layer.Digest, layer.Size, layer.Size, LayerPhase.Done), mine[^1]);
        }
    }

    [SystemFact]
    public void A_container_s_image_is_asked_for_as_the_policy_says()
    {
        SampleImage.Add(Registry, "app:1", 1000);
        var source = new ImageSource(Images, Options);
        string name = $"{Registry.Authority}/app:1";
        Assert.Equal("ImageNotFound", Assert.Throws<EngineException>(() => source.GetOrPull(name, PullPolicy.Never)).Id);
        StoredImage image = source.GetOrPull(name);
        int asked = Registry.Requests.Length;
        Assert.Equal(image.Id, source.GetOrPull(name).Id);
        Assert.Equal(image.Id, source.GetOrPull(image.Id.Short).Id);
        Assert.Equal(asked, Registry.Requests.Length);
        SampleImage.Add(Registry, "app:1", 2000);
        Assert.Equal(image.Id, source.GetOrPull(name).Id);
        Assert.NotEqual(image.Id, source.GetOrPull(name, PullPolicy.Always).Id);
    }

    private sealed class Watching(Action<LayerProgress> report) : IProgress<LayerProgress>
    {
        public void Report(LayerProgress value) => report(value);
    }
}
