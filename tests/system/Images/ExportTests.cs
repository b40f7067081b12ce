using PSContainer.Engine.Blobs;
using PSContainer.Engine.ImageFiles;
using PSContainer.Engine.Images;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>What goes out comes in again as it was; the same twice is the same bytes.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly byte[] s_plain = new LayerTar().Folder("etc").File("etc/name", "plain").End(), s_other = new LayerTar().File("other").End();

    private readonly ImageFolder _images = new();
    private readonly string _folder = Machine.NewFolder();

    public ExportTests()
    {
        var archive = new ArchiveBuilder();
        Descriptor one = archive.Image(ArchiveBuilder.Config(s_plain, s_other), archive.Blob(MediaType.LayerGzip, LayerTar.Gzip(s_plain)), archive.Blob(MediaType.Layer, s_other));
        Descriptor two = archive.Image(ArchiveBuilder.Config(s_plain), archive.Blob(MediaType.LayerGzip, LayerTar.Gzip(s_plain)));
        _images.Import(archive.Index(ArchiveBuilder.Named(one, "one:1"), ArchiveBuilder.Named(one, "me/one:2"), ArchiveBuilder.Named(two, "two")).End());
    }

    public void Dispose() => _images.Dispose();

    private ImageExport Export(params IReadOnlyList<string> names) => new(_images.Store, [.. names.Select(_images.Store.Get).Select(image => new ExportedImage(image, image.Names))]);

    private string Write(ImageArchiveFormat format, params IReadOnlyList<string> names)
    {
        string path = Path.Combine(_folder, Path.GetRandomFileName());
        Export(names).ToArchive(path, format, CancellationToken.None);
        return path;
    }

    [SystemTheory]
    [InlineData(ImageArchiveFormat.Oci)]
    [InlineData(ImageArchiveFormat.Docker)]
    public void An_archive_comes_in_again_and_is_the_same_each_time(ImageArchiveFormat format)
    {
        string path = Write(format, "one:1", "two");
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Write(format, "one:1", "two")));
        using var other = new ImageFolder();
        Assert.Equal(2, other.Import(path).Count);
        Assert.Equal(_images.Names, other.Names);
        foreach (string name in (string[])["one:1", "me/one:2", "two"]) Assert.Equal(_images.Store.Get(name).Id, other.Store.Get(name).Id);
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [SystemFact]
    public void An_oci_archive_keeps_the_manifest_and_a_docker_archive_plain_layers()
    {
        using var oci = new ImageFolder();
        Assert.Equal(_images.Store.Get("one:1").Descriptor.Digest, oci.Import(Write(ImageArchiveFormat.Oci, "one:1"))[0].Descriptor.Digest);
        using var docker = new ImageFolder();
        StoredImage image = docker.Import(Write(ImageArchiveFormat.Docker, "one:1"))[0];
        Assert.Equal(image.Config.DiffIds, image.Manifest.Layers.Select(layer => layer.Digest));
    }

    [SystemFact]
    public void A_layout_is_made_and_added_to_and_holds_nothing_of_ours()
    {
        string folder = Path.Combine(_folder, "layout");
        Export("one:1").ToFolder(folder, CancellationToken.None);
        Export("two").ToFolder(folder, CancellationToken.None);
        Export("two").ToFolder(folder, CancellationToken.None);
        Assert.Equal(["blobs", "index.json", "oci-layout"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order());
        using var other = new ImageFolder();
        Assert.Equal(2, other.Import(folder).Count);
        Assert.Equal(_images.Names, other.Names);
    }

    [SystemFact]
    public void A_folder_with_other_things_in_it_is_left_alone()
    {
        File.WriteAllText(Path.Combine(_folder, "mine"), "x");
        Refusal.Of("FolderNotEmpty", () => Export("two").ToFolder(_folder, CancellationToken.None));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [SystemFact]
    public void A_lost_blob_is_an_error_and_what_was_there_stays()
    {
        string path = Path.Combine(_folder, "image.tar");
        File.WriteAllText(path, "before");
        _images.Store.Blobs.Remove(_images.Store.Get("two").Manifest.Layers[0].Digest);
        Refusal.Of("BlobMissing", () => Export("two").ToArchive(path, ImageArchiveFormat.Oci, CancellationToken.None));
        Refusal.Of("BlobMissing", () => Export("two").ToArchive(path, ImageArchiveFormat.Docker, CancellationToken.None));
        Assert.Equal("before", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
    }
}
