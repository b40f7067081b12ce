using System.Text;
using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.ImageFiles;
using PSContainer.Engine.Layers;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>Archives that lie, or are cut, or are none: one clear error, and a store as it was before.</summary>
public sealed class BadArchiveTests : IDisposable
{
    private static readonly byte[] s_layer = new LayerTar().Folder("etc").File("etc/name", new string('x', 5000)).End();
    private static readonly byte[] s_zipped = LayerTar.Gzip(s_layer);

    private readonly ImageFolder _images = new();

    public void Dispose() => _images.Dispose();

    private static void Refused(string id, string path)
    {
        using var images = new ImageFolder();
        Assert.Matches($"^({id})$", Assert.Throws<EngineException>(() => images.Import(path, "app")).Id);
        images.IsUntouched();
        // And the store goes on.
        Assert.Single(images.Import(Good(), "good"));
    }

    private static string Good()
    {
        var archive = new ArchiveBuilder();
        return archive.Index(archive.Image(ArchiveBuilder.Config(s_layer), archive.Blob(MediaType.LayerGzip, s_zipped))).End();
    }

    // The layer's file is there under its name, with other bytes in it.
    private static string WithLayer(byte[] content, Descriptor? said = null, byte[]? plain = null)
    {
        var archive = new ArchiveBuilder();
        Descriptor layer = said ?? Descriptor.Of(MediaType.LayerGzip, s_zipped);
        archive.File("blobs/sha256/" + layer.Digest.Hex, content);
        return archive.Index(archive.Image(ArchiveBuilder.Config(plain ?? s_layer), layer)).End();
    }

    [SystemFact]
    public void A_layer_of_another_digest()
    {
        byte[] other = LayerTar.Gzip(new LayerTar().Folder("etc").File("etc/name", new string('y', 5000)).End());
        Refused("BlobCorrupt", WithLayer([.. other, .. new byte[Math.Max(0, s_zipped.Length - other.Length)]], Descriptor.Of(MediaType.LayerGzip, s_zipped) with { Size = Math.Max(other.Length, s_zipped.Length) }));
    }

    [SystemFact]
    public void A_layer_of_another_size() => Refused("BlobCorrupt", WithLayer(s_zipped, Descriptor.Of(MediaType.LayerGzip, s_zipped) with { Size = s_zipped.Length + 1 }));

    [SystemFact]
    public void A_layer_that_was_cut_before_it_was_digested()
    {
        byte[] cut = s_zipped[..^20];
        Refused("CompressionInvalid|ArchiveTruncated", WithLayer(cut, Descriptor.Of(MediaType.LayerGzip, cut)));
    }

    [SystemFact]
    public void A_layer_that_unpacks_to_something_else() => Refused("LayerCorrupt", WithLayer(s_zipped, plain: [.. s_layer, 0]));

    [SystemFact]
    public void A_docker_layer_that_is_something_else()
    {
        byte[] config = ArchiveBuilder.Config(new LayerTar().File("x").End());
        Refused("BlobCorrupt", new ArchiveBuilder().File("layer.tar", s_layer).File("config.json", config).Manifest(("config.json", ["app"], ["layer.tar"])).End());
    }

    [SystemFact]
    public void A_docker_configuration_that_is_not_what_its_name_says()
    {
        string id = new('a', 64);
        Refused("BlobCorrupt", new ArchiveBuilder().File("layer.tar", s_layer).File(id + ".json", ArchiveBuilder.Config(s_layer)).Manifest((id + ".json", ["app"], ["layer.tar"])).End());
    }

    [SystemFact]
    public void A_link_that_leads_out_of_the_archive_leads_nowhere()
    {
        string a = new('a', 64);
        Refused("ArchiveInvalid", new ArchiveBuilder().Link($"{a}/layer.tar", "/etc/passwd").File("config.json", ArchiveBuilder.Config(s_layer)).Manifest(("config.json", ["app"], [$"{a}/layer.tar"])).End());
        Refused("ArchiveInvalid", new ArchiveBuilder().Link($"{a}/layer.tar", "../../../../../../etc/passwd").File("config.json", ArchiveBuilder.Config(s_layer)).Manifest(("config.json", ["app"], [$"{a}/layer.tar"])).End());
        Refused("ArchiveInvalid", new ArchiveBuilder().Link("a.tar", "b.tar").Link("b.tar", "a.tar").File("config.json", ArchiveBuilder.Config(s_layer)).Manifest(("config.json", ["app"], ["a.tar"])).End());
        Refused("ArchiveInvalid", new ArchiveBuilder().File("config.json", ArchiveBuilder.Config(s_layer)).Manifest(("config.json", ["app"], ["/etc/passwd"])).End());
    }

    [SystemFact]
    public void Nor_does_one_in_a_layouts_folder()
    {
        string folder = Machine.NewFolder(), archive = Good();
        Assert.Equal(0, Outcome.Of("tar", "-xf", archive, "-C", folder).Code);
        string blob = folder + "/blobs/sha256/" + Descriptor.Of(MediaType.LayerGzip, s_zipped).Digest.Hex, outside = Path.Combine(Machine.NewFolder(), "outside");
        File.Move(blob, outside);
        File.CreateSymbolicLink(blob, outside);
        Refused("ArchiveInvalid", folder);
        File.Delete(blob);
        Outcome.Of("mkfifo", blob);
        Refused("ArchiveInvalid", folder);
    }

    [SystemFact]
    public void A_manifest_that_is_larger_than_one_can_be()
    {
        var archive = new ArchiveBuilder();
        Descriptor manifest = archive.Blob(MediaType.Manifest, new byte[5 << 20]);
        Refused("ManifestInvalid", archive.Index(manifest).End());
        Refused("ManifestInvalid", new ArchiveBuilder().File("oci-layout", "{}").File("index.json", new byte[5 << 20]).End());
    }

    [SystemFact]
    public void A_manifest_that_is_another()
    {
        var archive = new ArchiveBuilder();
        Descriptor image = archive.Image(ArchiveBuilder.Config(s_layer), archive.Blob(MediaType.LayerGzip, s_zipped));
        Refused("BlobCorrupt", archive.Index(image with { Size = image.Size + 1 }).End());
        archive = new ArchiveBuilder();
        Descriptor manifest = archive.Blob(MediaType.Manifest, "{}"u8.ToArray());
        Refused("ManifestInvalid", archive.Index(manifest).End());
        archive = new ArchiveBuilder();
        Descriptor layer = archive.Blob(MediaType.LayerGzip, s_zipped);
        Refused("ManifestInvalid", archive.Index(archive.Image(ArchiveBuilder.Config(s_layer, s_layer), layer)).End());
    }

    [SystemTheory]
    [InlineData("Upper/Case:1")]
    [InlineData("app:.bad")]
    [InlineData("../../etc/x")]
    public void A_name_that_can_t_be_one(string name)
    {
        var archive = new ArchiveBuilder();
        Descriptor image = archive.Image(ArchiveBuilder.Config(s_layer), archive.Blob(MediaType.LayerGzip, s_zipped));
        Refusal.Of("ImageNameInvalid", () => _images.Import(archive.Index(ArchiveBuilder.Named(image, name)).End()));
        _images.IsUntouched();
    }

    [SystemFact]
    public void Archives_without_a_manifest_empty_ones_and_no_archives()
    {
        var archive = new ArchiveBuilder();
        archive.Blob(MediaType.LayerGzip, s_zipped);
        Refused("ArchiveInvalid", archive.File("oci-layout", "{}").End());
        Refused("ArchiveInvalid", new ArchiveBuilder().End());
        Refused("ArchiveInvalid", new ArchiveBuilder().End(_ => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("no archive ", 1000)))));
        Refused("ArchiveTruncated", new ArchiveBuilder().End(_ => [.. "x"u8]));
        Refusal.Of("ArchiveNotFound", () => _images.Import("/no/such/file"));
    }

    [SystemFact]
    public void A_root_file_system_that_was_cut()
    {
        byte[] archive = new LayerTar().Folder("bin").File("bin/a", new string('x', 5000)).File("bin/b", new string('x', 5000)).End();
        string path = new ArchiveBuilder().End(_ => archive[..6000]);
        Refused("ArchiveTruncated", path);
        path = new ArchiveBuilder().End(_ => LayerTar.Gzip(archive)[..^30]);
        Refused("CompressionInvalid|ArchiveTruncated", path);
    }

    [SystemFact]
    public void A_disk_that_is_full_in_the_middle()
    {
        string folder = Machine.NewFolder(), archive = new ArchiveBuilder().End(_ => new LayerTar().Folder("bin").File("bin/a", new string('x', 3 << 20)).End());
        Assert.Equal(0, Outcome.Of("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder).Code);
        try
        {
            using var small = new ImageFolder(Path.Combine(folder, "storage"));
            Refusal.Of("StorageFull", () => small.Import(archive, "app"));
            small.IsUntouched();
            Assert.Single(small.Import(Good(), "good"));
        }
        finally
        {
            Outcome.Of("umount", folder);
        }
    }

    [SystemFact]
    public void One_that_is_cancelled_leaves_nothing_half()
    {
        using var cancel = new CancellationTokenSource();
        var progress = new CancelAtFirst(cancel);
        Assert.ThrowsAny<OperationCanceledException>(() => new ImageImport(_images.Store) { Progress = progress }.Import(Good(), [], cancel.Token));
        _images.IsUntouched();
        Assert.Single(_images.Import(Good(), "good"));
    }

    private sealed class CancelAtFirst(CancellationTokenSource source) : IProgress<LayerProgress>
    {
        public void Report(LayerProgress value) => source.Cancel();
    }
}
