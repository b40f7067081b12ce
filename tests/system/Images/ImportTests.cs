using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>Archives of every kind, made by hand: what is in them is in the store.</summary>
public sealed class ImportTests : IDisposable
{
    private static readonly byte[] s_lower = new LayerTar().Folder("etc").File("etc/name", "lower").End(), s_upper = new LayerTar().File("etc/name", "upper").End();

    private readonly ImageFolder _images = new();

    public void Dispose() => _images.Dispose();

    private static string OciArchive(params string[] names)
    {
        var archive = new ArchiveBuilder();
        byte[] zipped = LayerTar.Gzip(s_lower);
        Descriptor image = archive.Image(ArchiveBuilder.Config(s_lower, s_upper), archive.Blob(MediaType.LayerGzip, zipped), archive.Blob(MediaType.Layer, s_upper));
        return archive.Index(names.Length == 0 ? [image] : [.. names.Select(name => ArchiveBuilder.Named(image, name))]).End();
    }

    [SystemFact]
    public void An_oci_archive_is_registered_as_it_is_and_unpacked()
    {
        StoredImage image = Assert.Single(_images.Import(OciArchive("app:1", "localhost:5000/app:2")));
        Assert.Equal(["app:1", "localhost:5000/app:2"], image.Names.Select(name => name.ShortName));
        Assert.Equal(Digest.Of(ArchiveBuilder.Config(s_lower, s_upper)), image.Id);
        Assert.Equal(("lower", "upper"), (_images.Layer(image, 0, "etc/name"), _images.Layer(image, 1, "etc/name")));
        Assert.Equal(LayerTar.Gzip(s_lower), File.ReadAllBytes(_images.Store.Blobs.PathOf(image.Manifest.Layers[0].Digest)));
        Assert.Empty(_images.Store.Blobs.Abandoned());
        // Again, it changes nothing.
        Assert.Equal(image.Descriptor.Digest, _images.Import(OciArchive("app:1"))[0].Descriptor.Digest);
        Assert.Equal(2, _images.Names.Length);
    }

    [SystemFact]
    public void An_archive_is_taken_compressed_and_from_a_pipe()
    {
        string path = OciArchive("app:1"), zipped = path + ".gz", pipe = path + ".pipe";
        File.WriteAllBytes(zipped, LayerTar.Gzip(File.ReadAllBytes(path)));
        Assert.Single(_images.Import(zipped));
        using var other = new ImageFolder();
        Assert.Equal(0, Outcome.Of("mkfifo", pipe).Code);
        var writer = Task.Run(() => File.WriteAllBytes(pipe, File.ReadAllBytes(path)));
        Assert.Equal(_images.Store.Get("app:1").Id, other.Import(pipe)[0].Id);
        Assert.True(writer.Wait(Machine.Patience));
    }

    [SystemFact]
    public void One_image_can_be_chosen_or_named_anew()
    {
        Assert.Equal(["mine:latest"], _images.Import(OciArchive("app:1"), "mine")[0].Names.Select(name => name.ShortName));
        var archive = new ArchiveBuilder();
        Descriptor one = archive.Image(ArchiveBuilder.Config(s_lower), archive.Blob(MediaType.Layer, s_lower)), two = archive.Image(ArchiveBuilder.Config(s_upper), archive.Blob(MediaType.Layer, s_upper));
        string path = archive.Index(ArchiveBuilder.Named(one, "one"), ArchiveBuilder.Named(two, "two")).End();
        Assert.Equal(["two:latest"], _images.Import(path, "two").Select(image => image.Name));
        Refusal.Of("ImageNotFound", () => _images.Import(path, "three"));
        Assert.Equal(["mine:latest", "two:latest"], _images.Names);
        Assert.Equal(2, _images.Import(path).Count);
    }

    [SystemFact]
    public void A_name_that_is_none_of_ours_can_be_replaced()
    {
        string path = OciArchive("V1.0");
        Refusal.Of("ImageNameInvalid", () => _images.Import(path));
        Assert.Equal(["app:1"], _images.Import(path, "app:1").Select(image => image.Name));
    }

    [SystemFact]
    public void An_index_of_platforms_gives_this_machines_image()
    {
        var archive = new ArchiveBuilder();
        Descriptor layer = archive.Blob(MediaType.Layer, s_lower);
        Descriptor here = archive.Image(ArchiveBuilder.Config(s_lower), layer) with { Platform = Platform.Here }, other = archive.Image(ArchiveBuilder.Config("s390x", s_lower), layer) with { Platform = new Platform("linux", "s390x") };
        Descriptor statement = other with { Platform = new Platform("unknown", "unknown") };
        Descriptor index = archive.Blob(MediaType.Index, new ImageIndex([other, statement, here]).ToBytes());
        Assert.Equal(here.Digest, Assert.Single(_images.Import(archive.Index(ArchiveBuilder.Named(index, "app")).End())).Descriptor.Digest);

        var foreign = new ArchiveBuilder();
        layer = foreign.Blob(MediaType.Layer, s_lower);
        other = foreign.Image(ArchiveBuilder.Config("s390x", s_lower), layer) with { Platform = new Platform("linux", "s390x") };
        index = foreign.Blob(MediaType.Index, new ImageIndex([other, other with { Platform = new Platform("linux", "riscv64") }]).ToBytes());
        Assert.Contains("s390x", Refusal.Of("PlatformMissing", () => _images.Import(foreign.Index(ArchiveBuilder.Named(index, "other")).End())).Message);
    }

    [SystemFact]
    public void An_image_of_another_platform_alone_is_taken()
    {
        var archive = new ArchiveBuilder();
        Descriptor image = archive.Image(ArchiveBuilder.Config("s390x", s_lower), archive.Blob(MediaType.Layer, s_lower));
        Assert.False(Assert.Single(_images.Import(archive.Index(ArchiveBuilder.Named(image, "app")).End())).Config.Platform.IsHere);
    }

    [SystemFact]
    public void A_docker_archive_with_links_for_layers_is_read()
    {
        byte[] config = ArchiveBuilder.Config(s_lower, s_upper, s_lower);
        string id = Digest.Of(config).Hex, a = new('a', 64), b = new('b', 64);
        StoredImage image = Assert.Single(_images.Import(new ArchiveBuilder().File($"{a}/layer.tar", s_lower).Link($"{b}/layer.tar", $"../{a}/layer.tar").File("upper.tar.gz", LayerTar.Gzip(s_upper))
            .File($"{id}.json", config).Manifest(($"{id}.json", ["app:1", "me/app:2"], [$"{a}/layer.tar", "upper.tar.gz", $"{b}/layer.tar"])).End()));
        Assert.Equal((id, 2, MediaType.Layer, MediaType.LayerGzip), (image.Id.Hex, image.Names.Count, image.Manifest.Layers[0].MediaType, image.Manifest.Layers[1].MediaType));
        Assert.Equal(("upper", "lower"), (_images.Layer(image, 1, "etc/name"), _images.Layer(image, 2, "etc/name")));
    }

    [SystemFact]
    public void A_root_file_system_becomes_an_image_of_one_layer()
    {
        string path = Path.Combine(Machine.NewFolder(), "root.tar.gz");
        File.WriteAllBytes(path, LayerTar.Gzip(new LayerTar().Folder("./").File("./manifest.json", "[]").File("./index.json", "{}").Folder("bin").File("bin/sh", "#!").End()));
        StoredImage image = Assert.Single(_images.Import(path, new ImageSettings { Command = ["sh"], ExposedPorts = ["80"], Environment = new Dictionary<string, string> { ["A"] = "b" } }, "base:1"));
        Assert.Equal(["sh"], image.Config.Cmd);
        Assert.Equal(["80/tcp"], image.Config.ExposedPorts);
        Assert.Equal(["A=b"], image.Config.Env);
        Assert.Equal("#!", _images.Layer(image, 0, "bin/sh"));
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_images.Store.Blobs.PathOf(image.Manifest.Layers[0].Digest)));
        Assert.Equal("[]", _images.Layer(image, 0, "manifest.json"));
    }

    [SystemFact]
    public void A_folder_becomes_an_image_with_owners_modes_and_links()
    {
        string root = Path.Combine(Machine.NewFolder(), "root");
        Directory.CreateDirectory(root + "/etc");
        File.WriteAllText(root + "/etc/name", "x");
        Outcome.Of("chown", "1000:1001", root + "/etc/name");
        File.SetUnixFileMode(root + "/etc/name", UnixFileMode.UserRead | UnixFileMode.SetUser);
        File.CreateSymbolicLink(root + "/link", "/etc/name");
        StoredImage image = Assert.Single(_images.Import(root, "base"));
        Assert.Equal("4400 1000 1001", Outcome.Of("stat", "-c", "%a %u %g", _images.Store.Layers.FolderOf(image.Config.DiffIds[0]) + "/etc/name").Output.Trim());
        Assert.Equal("/etc/name", new FileInfo(_images.Store.Layers.FolderOf(image.Config.DiffIds[0]) + "/link").LinkTarget);
    }

    [SystemFact]
    public void Options_are_for_root_file_systems()
    {
        Refusal.Of("ImageHasConfiguration", () => _images.Import(OciArchive("app"), new ImageSettings()));
        string root = Machine.NewFolder();
        foreach (ImageSettings options in (ImageSettings[])[new() { ExposedPorts = ["0"] }, new() { ExposedPorts = ["80/icmp"] }, new() { Volumes = ["x"] }, new() { WorkingDirectory = "x" }, new() { StopSignal = "SIGNO" }])
            Refusal.Of("ImageOptionInvalid", () => _images.Import(root, options, "base"));
        _images.IsUntouched();
    }

    [SystemFact]
    public void A_layout_without_its_index_is_no_root_file_system()
    {
        string folder = Machine.NewFolder();
        File.WriteAllText(folder + "/oci-layout", "{}");
        Refusal.Of("ArchiveInvalid", () => _images.Import(folder));
    }

    [SystemFact]
    public void What_another_tool_put_into_the_layout_is_unpacked_by_an_import_of_it()
    {
        StoredImage image = _images.Import(OciArchive("app"))[0];
        foreach (Digest layer in image.Config.DiffIds) _images.Store.Layers.Remove(layer);
        _images.Import(_images.Root.Images);
        Assert.Equal("upper", _images.Layer(image, 1, "etc/name"));
    }

    [SystemFact]
    public void Ten_imports_at_once_are_one()
    {
        string path = OciArchive("app");
        Parallel.For(0, 10, new ParallelOptions { MaxDegreeOfParallelism = 10 }, _ => _images.Import(path));
        Assert.Equal(2, _images.Store.Layers.All().Count());
        Assert.Equal(4, _images.Store.Blobs.All().Count());
        Assert.Empty(_images.Store.Blobs.Abandoned());
    }
}
