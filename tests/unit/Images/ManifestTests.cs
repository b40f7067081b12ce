using System.Text;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Images;

/// <summary>Manifests, indexes and configurations: what they say is a stranger's word.</summary>
public class ManifestTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string ConfigBlob = $$"""{"mediaType":"{{MediaType.Config}}","digest":"sha256:{{Hex}}","size":10 }""";
    private const string LayerBlob = $$"""{"mediaType":"{{MediaType.LayerGzip}}","digest":"sha256:{{Hex}}","size":20 }""";

    private static ImageManifest Parse(string json, string type = MediaType.Manifest) => ImageManifest.Parse(Encoding.UTF8.GetBytes(json), type);

    [Fact]
    public void A_manifest_is_read_as_it_was_written()
    {
        ImageManifest read = Parse($$"""{"schemaVersion":2,"mediaType":"{{MediaType.Manifest}}","config":{{ConfigBlob}},"layers":[{{LayerBlob}}],"annotations":{"a":"b"} }""");
        Assert.Equal((MediaType.Config, 10, MediaType.LayerGzip, 20, "b"), (read.Config.MediaType, read.Config.Size, read.Layers[0].MediaType, read.Layers[0].Size, read.Annotations["a"]));
        ImageManifest again = ImageManifest.Parse(read.ToBytes(), MediaType.Manifest);
        Assert.Equal(read.ToBytes(), again.ToBytes());
    }

    [Fact]
    public void Dockers_is_read_as_well()
        => Assert.Equal(MediaType.DockerManifest, Parse($$"""{"schemaVersion":2,"mediaType":"{{MediaType.DockerManifest}}","config":{"mediaType":"{{MediaType.DockerConfig}}","digest":"sha256:{{Hex}}","size":1},"layers":[]}""", MediaType.DockerManifest).Type);

    // CVE-2021-41190: what can be taken for two things is neither.
    [Theory]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":[],"manifests":[]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"mediaType":"{{MediaType.Index}}","config":{{ConfigBlob}},"layers":[]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"mediaType":"{{MediaType.Manifest}}","config":{{ConfigBlob}},"layers":[]}""", MediaType.DockerManifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":[]}""", MediaType.Index)]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":[]}""", "text/plain")]
    [InlineData($$"""{"schemaVersion":1,"config":{{ConfigBlob}},"layers":[]}""", MediaType.Manifest)]
    [InlineData($$"""{"config":{{ConfigBlob}},"layers":[]}""", MediaType.Manifest)]
    [InlineData("""{"schemaVersion":2,"layers":[]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{LayerBlob}},"layers":[]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":[{{ConfigBlob}}]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":{} }""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":[{"mediaType":"{{MediaType.Layer}}","digest":"sha256:../../x","size":1}]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":[{"mediaType":"{{MediaType.Layer}}","digest":"sha256:{{Hex}}","size":-1}]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":[{"mediaType":"{{MediaType.Layer}}","digest":"sha256:{{Hex}}","size":"1"}]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{{ConfigBlob}},"layers":[{"mediaType":"{{MediaType.Layer}}","digest":"sha256:{{Hex}}","size":99999999999999999999}]}""", MediaType.Manifest)]
    [InlineData($$"""{"schemaVersion":2,"config":{"mediaType":"{{MediaType.Config}}","digest":"sha256:{{Hex}}","size":1,"data":"eA=="},"layers":[]}""", MediaType.Manifest)]
    [InlineData("[]", MediaType.Manifest)]
    [InlineData("", MediaType.Manifest)]
    [InlineData("\u001b", MediaType.Manifest)]
    public void A_manifest_that_is_none_is_refused(string json, string type) => Fails.With("ManifestInvalid", () => Parse(json, type));

    [Fact]
    public void A_manifest_of_fifty_megabytes_or_ten_thousand_levels_is_refused()
    {
        Fails.With("ManifestInvalid", () => ImageManifest.Parse(new byte[50 << 20], MediaType.Manifest));
        Fails.With("ManifestInvalid", () => Parse(string.Concat(Enumerable.Repeat("{\"a\":", 10_000))));
        Fails.With("ManifestInvalid", () => BlobStore.CheckSmall(new Descriptor(MediaType.Manifest, Digest.Of([]), 50 << 20)));
    }

    [Theory]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""")]
    [InlineData($$"""{"schemaVersion":2,"mediaType":"{{MediaType.Manifest}}","manifests":[]}""")]
    public void An_index_that_is_none_is_refused(string json) => Fails.With("ManifestInvalid", () => ImageIndex.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void This_machines_manifest_is_chosen_and_no_attestation()
    {
        Descriptor Of(string name, Platform? platform) => Descriptor.Of(MediaType.Manifest, Encoding.ASCII.GetBytes(name)) with { Platform = platform };
        Descriptor here = Of("here", Platform.Here), other = Of("other", new Platform("linux", "s390x")), unknown = Of("unknown", new Platform("unknown", "unknown")), windows = Of("windows", Platform.Here with { Os = "windows" });
        Assert.Equal(here.Digest, new ImageIndex([unknown, other, windows, here]).ForHere()?.Digest);
        Assert.Null(new ImageIndex([unknown, other, windows]).ForHere());
    }

    [Fact]
    public void A_configuration_is_read_as_it_was_written()
    {
        var config = new ImageConfig
        {
            Created = new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero), Author = "me", Env = ["A=b", "odd"], Entrypoint = ["/e", "x y"], Cmd = ["c"], User = "1:2", WorkingDir = "/w",
            Volumes = ["/v"], ExposedPorts = ["80/tcp"], Labels = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" }, StopSignal = "SIGQUIT", Shell = ["/s"], OnBuild = ["RUN x"],
            Healthcheck = new Healthcheck(["CMD", "true"]) { IntervalSeconds = 5, Retries = 3 }, DiffIds = [Digest.Of([])],
            History = [new HistoryEntry { CreatedBy = "ADD", Created = DateTimeOffset.UnixEpoch }, new HistoryEntry { Comment = "c", EmptyLayer = true }],
        };
        ImageConfig read = ImageConfig.Parse(config.ToBytes());
        Assert.Equal(config.ToBytes(), read.ToBytes());
        Assert.Equal((config.Created, "me", "1:2", "/w", "SIGQUIT", 5.0), (read.Created, read.Author, read.User, read.WorkingDir, read.StopSignal, read.Healthcheck?.IntervalSeconds));
        Assert.Equal(["A=b", "odd"], read.Env);
        Assert.True(read.History[1].EmptyLayer);
    }

    [Fact]
    public void A_configuration_of_docker_with_nulls_and_nanoseconds_is_read()
    {
        ImageConfig read = ImageConfig.Parse(Encoding.UTF8.GetBytes("""
            {"architecture":"amd64","config":{"Env":null,"Cmd":["sh"],"Volumes":null,"Labels":null,"OnBuild":null,"Healthcheck":null,"ArgsEscaped":true},
             "created":"2024-05-01T10:20:30.123456789Z","docker_version":"26","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}
            """));
        Assert.Equal(["sh"], read.Cmd);
        Assert.Equal(2024, read.Created?.Year);
        Assert.Empty(read.Env);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"rootfs":{"diff_ids":["sha256:x"]}}""")]
    [InlineData("""{"rootfs":{"diff_ids":[]},"config":{"Env":[1]}}""")]
    [InlineData("""{"rootfs":{"diff_ids":[]},"config":{"Env":[null]}}""")]
    [InlineData("""{"rootfs":{"diff_ids":[]},"created":"yesterday"}""")]
    public void A_configuration_that_is_none_is_refused(string json) => Fails.With("ManifestInvalid", () => ImageConfig.Parse(Encoding.UTF8.GetBytes(json)));
}
