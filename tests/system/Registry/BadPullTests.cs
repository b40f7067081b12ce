using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Registry;
using PSContainer.Engine.State;
using PSContainer.Tests.System.Lane;
using PSContainer.Tests.Unit.Registry;

namespace PSContainer.Tests.System.Registry;

/// <summary>Images that are no good: one error each, and nothing of them in the store.</summary>
public sealed class BadPullTests : RegistryTest
{
    private ImageStore Images => new(StorageRoot.At(Folder));

    private async Task<EngineException> Refuses(string id, string name = "app:1")
    {
        EngineException failure = await Fails(id, () => new ImagePull(Images, Options).Run(Registry.Reference(name), null, default));
        Assert.Empty(Images.All());
        Assert.Empty(Images.Layers.All());
        Assert.Empty(Images.Blobs.Abandoned());
        Assert.Empty(Directory.Exists(Folder + "/layers") ? Directory.GetFileSystemEntries(Folder + "/layers") : []);
        return failure;
    }

    [SystemFact]
    public async Task A_blob_of_another_content()
    {
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", 400_000);
        Registry.Blobs[manifest.Layers[0].Digest.ToString()] = SampleImage.Gzip(SampleImage.Tar("etc/passwd", Noise(400_000)))[..(int)manifest.Layers[0].Size];
        await Refuses("BlobCorrupt");
    }

    [SystemFact]
    public async Task A_layer_that_unpacks_to_something_else()
    {
        SampleImage.Add(Registry, "app:1", new ImageConfig { DiffIds = [Digest.Of([1])] }, SampleImage.Gzip(SampleImage.Tar("a", Noise(300_000))));
        await Refuses("LayerCorrupt");
    }

    [SystemFact]
    public async Task A_compression_that_is_cut_off()
    {
        byte[] plain = SampleImage.Tar("a", Noise(300_000));
        SampleImage.Add(Registry, "app:1", new ImageConfig { DiffIds = [Digest.Of(plain)] }, SampleImage.Gzip(plain)[..200_000]);
        EngineException failure = await Assert.ThrowsAsync<EngineException>(() => new ImagePull(Images, Options).Run(Registry.Reference("app:1"), null, default));
        Assert.Equal(Reason.Corrupt, failure.Reason);
        Assert.Empty(Images.All());
        Assert.Empty(Images.Layers.All());
    }

    [SystemFact]
    public async Task A_configuration_of_another_content()
    {
        ImageManifest manifest = SampleImage.Add(Registry, "app:1", 10);
        Registry.Blobs[manifest.Config.Digest.ToString()] = new byte[manifest.Config.Size];
        await Refuses("BlobCorrupt");
    }

    [SystemFact]
    public async Task A_configuration_of_fifty_megabytes()
    {
        Registry.AddManifest("app:1", MediaType.Manifest, new ImageManifest(new Descriptor(MediaType.Config, Digest.Of([1]), 50_000_000), []).ToBytes());
        await Refuses("ManifestInvalid");
    }

    [SystemFact]
    public async Task One_layer_more_than_contents()
    {
        byte[] plain = SampleImage.Tar("a", [1]);
        SampleImage.Add(Registry, "app:1", new ImageConfig { DiffIds = [Digest.Of(plain)] }, SampleImage.Gzip(plain), SampleImage.Gzip(SampleImage.Tar("b", [2])));
        await Refuses("ManifestInvalid");
    }

    [SystemTheory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"schemaVersion":1}""")]
    [InlineData("""{"schemaVersion":2,"layers":[],"manifests":[],"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":1}}""")]
    [InlineData("""{"schemaVersion":2,"layers":[],"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:../../../etc/x","size":1}}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","layers":[]}""")]
    public async Task A_manifest_that_is_none(string manifest)
    {
        Registry.AddManifest("app:1", MediaType.Manifest, FakeRegistry.Text(manifest));
        await Refuses("ManifestInvalid");
    }

    [SystemTheory]
    [InlineData("text/html")]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("application/vnd.oci.image.index.v1+json")]
    public async Task A_manifest_that_says_to_be_something_else(string type)
    {
        SampleImage.Add(Registry, "app:1", 10);
        Registry.AddManifest("app:1", type, Registry.Manifests["app:1"].Content);
        await Refuses("ManifestInvalid");
    }

    [SystemFact]
    public async Task A_platform_that_is_not_ours_is_told_with_those_that_there_are()
    {
        var nothing = new Descriptor(MediaType.Manifest, Digest.Of([1]), 1);
        Registry.AddManifest("app:1", MediaType.Index, new ImageIndex([nothing with { Platform = new Platform("linux", "s390x") }, nothing with { Platform = new Platform("windows", "amd64") }, nothing with { Platform = new Platform("unknown", "unknown") }]).ToBytes());
        Assert.Contains("linux/s390x, windows/amd64.", (await Refuses("PlatformMissing")).Message);
        SampleImage.Add(Registry, "app:2", new ImageConfig { Platform = new Platform("linux", "s390x") });
        await Refuses("PlatformMissing", "app:2");
    }

    [SystemFact("mount")]
    public async Task A_disk_that_is_full_in_the_middle_keeps_nothing_and_goes_on_when_there_is_room()
    {
        SampleImage.Add(Registry, "app:1", 100_000, 3_000_000, 3_000_000, 3_000_000);
        Assert.Equal(0, Outcome.Of("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", Folder).Code);
        try
        {
            await Fails("StorageFull", () => new ImagePull(Images, Options).Run(Registry.Reference("app:1"), null, default));
            Assert.Empty(Images.All());
            Assert.Empty(Images.Blobs.Abandoned());
            Assert.Equal(0, Outcome.Of("mount", "-o", "remount,size=64m", Folder).Code);
            Assert.Equal(4, (await new ImagePull(Images, Options).Run(Registry.Reference("app:1"), null, default)).Config.DiffIds.Count);
        }
        finally
        {
            Assert.Equal(0, Outcome.Of("umount", Folder).Code);
        }
    }
}
