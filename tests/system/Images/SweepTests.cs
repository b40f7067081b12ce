using PSContainer.Engine.Blobs;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Storage;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>What nobody uses goes, and nothing else does.</summary>
public sealed class SweepTests : IDisposable
{
    private static readonly byte[] s_shared = new LayerTar().Folder("bin").File("bin/sh", new string('s', 1000)).End();
    private static readonly byte[] s_one = new LayerTar().File("one", new string('1', 100)).End(), s_two = new LayerTar().File("two", new string('2', 200)).End();

    private readonly ImageFolder _images = new();

    public SweepTests()
    {
        var archive = new ArchiveBuilder();
        Descriptor shared = archive.Blob(MediaType.Layer, s_shared);
        Descriptor one = archive.Image(ArchiveBuilder.Config(s_shared, s_one), shared, archive.Blob(MediaType.Layer, s_one)), two = archive.Image(ArchiveBuilder.Config(s_shared, s_two), shared, archive.Blob(MediaType.Layer, s_two));
        _images.Import(archive.Index(ArchiveBuilder.Named(one, "one"), ArchiveBuilder.Named(one, "uno"), ArchiveBuilder.Named(two, "two")).End());
    }

    public void Dispose() => _images.Dispose();

    private ImageRemoval Removal => new(_images.Store, _images.Containers);

    private StoredImage Get(string name) => _images.Store.Get(name);

    private ContainerRecord Container(string image) => _images.Containers.Add(ImageDefaults.Apply(new ContainerSpec { Command = "sh" }, Get(image)).Validate());

    private bool HasLayer(byte[] layer) => _images.Store.Layers.Has(Digest.Of(layer));

    private List<Unused> Sweep(bool all = false)
    {
        var cleared = new List<Unused>();
        using var sweep = new StorageSweep(_images.Store, _images.Containers);
        foreach (Unused unused in sweep.Images(all).Concat(sweep.Rest()))
        {
            StorageSweep.Clear(unused);
            cleared.Add(unused);
        }
        return cleared;
    }

    [SystemFact]
    public void A_name_goes_and_with_the_last_one_the_image_and_what_was_its_alone()
    {
        Assert.Equal(0, Removal.Remove(Get("one"), ImageReference.Parse("one"), force: false));
        Assert.Equal(["two:latest", "uno:latest"], _images.Names);
        Assert.True(Removal.Remove(Get("uno"), ImageReference.Parse("uno"), force: false) > s_one.Length);
        Assert.Equal(["two:latest"], _images.Names);
        Assert.Equal((false, true, true), (HasLayer(s_one), HasLayer(s_two), HasLayer(s_shared)));
        Assert.Empty(Sweep());
        Removal.Remove(Get("two"), force: false);
        Assert.Empty(_images.Store.AllParts());
    }

    [SystemFact]
    public void Sizes_are_shared_and_unique()
    {
        var use = new StorageUse(_images.Store, _images.Containers);
        long shared = s_shared.Length + 1000;
        Assert.Equal((shared, shared), (use.SharedSize(Get("one")), use.SharedSize(Get("two"))));
        Assert.Equal(_images.Store.AllParts().Sum(_images.Store.SizeOf), use.Size(Get("one")) + use.Size(Get("two")) - shared);
        var shown = new ContainerImage(Get("one"), new Lazy<IImageUse>(use));
        Assert.Equal(shown.Size, shown.SharedSize + shown.UniqueSize);
    }

    [SystemFact]
    public void One_that_a_container_uses_stays_and_with_force_loses_its_names()
    {
        ContainerRecord container = Container("one");
        Assert.Contains(container.Name, Refusal.Of("ImageInUse", () => Removal.Remove(Get("one"), force: false)).Message);
        Removal.Remove(Get("one"), ImageReference.Parse("one"), force: false);
        Refusal.Of("ImageInUse", () => Removal.Remove(Get("uno"), ImageReference.Parse("uno"), force: false));
        Removal.Remove(Get("uno"), ImageReference.Parse("uno"), force: true);
        Assert.Equal(["two:latest"], _images.Names);
        Assert.Empty(Sweep());
        Assert.True(HasLayer(s_one));
        _images.Containers.Discard(container.Id, container.Name);
        Assert.Equal([UnusedKind.Image], Sweep().Select(unused => unused.Kind));
        Assert.Equal((false, true), (HasLayer(s_one), HasLayer(s_shared)));
    }

    [SystemFact]
    public void A_layer_of_a_container_stays_though_its_image_is_gone()
    {
        ContainerRecord container = Container("one");
        _images.Store.Forget(Get("one").Descriptor.Digest);
        Assert.DoesNotContain(Sweep(), unused => unused.Kind == UnusedKind.Layer);
        Assert.True(HasLayer(s_one));
        _images.Containers.Discard(container.Id, container.Name);
        Assert.Equal(Digest.Of(s_one).ToString(), Assert.Single(Sweep()).Target);
    }

    [SystemFact]
    public void Only_the_nameless_go_unless_all_are_meant()
    {
        Container("two");
        _images.Store.Untag(ImageReference.Parse("one"));
        Assert.Empty(Sweep());
        _images.Store.Untag(ImageReference.Parse("uno"));
        Assert.Single(Sweep());
        Assert.Empty(Sweep(all: true));
        Assert.Equal(["two:latest"], _images.Names);
    }

    [SystemFact]
    public void Lost_blobs_layers_and_downloads_go()
    {
        Descriptor blob = _images.Store.Blobs.Add(MediaType.Config, "lost"u8);
        byte[] layer = new LayerTar().File("lost").End();
        _images.Store.Layers.Unpack(new MemoryStream(layer), null, Digest.Of(layer));
        using (BlobIngest broken = _images.Store.Blobs.Bring(Descriptor.Of(MediaType.Layer, layer))) broken.Write("begun"u8);
        using BlobIngest busy = _images.Store.Blobs.Make();
        List<Unused> cleared = Sweep();
        Assert.Equal([UnusedKind.Ingest, UnusedKind.Blob, UnusedKind.Layer], cleared.Select(unused => unused.Kind));
        Assert.Equal((5, 4), (cleared[0].Size, cleared[1].Size));
        Assert.False(_images.Store.Blobs.Has(blob));
        Assert.False(HasLayer(layer));
        Assert.Equal(3, _images.Names.Length);
    }

    [SystemFact]
    public void Nothing_is_taken_for_lost_while_an_image_can_t_be_read()
    {
        File.WriteAllText(_images.Store.Blobs.PathOf(Get("one").Id), "broken");
        Assert.DoesNotContain(Sweep(all: true), unused => unused.Kind != UnusedKind.Image);
        Assert.True(HasLayer(s_one) && HasLayer(s_shared) && HasLayer(s_two));
        _images.Store.ForgetName(ImageReference.Parse("one"));
        _images.Store.ForgetName(ImageReference.Parse("uno"));
        Assert.NotEmpty(Sweep());
        Assert.Empty(_images.Store.AllParts());
    }

    [SystemFact]
    public void Nothing_is_swept_while_somebody_brings_an_image()
    {
        using (_images.Store.Adding())
        {
            Refusal.Of("StorageBusy", () => Sweep());
            // A removal goes on, and leaves the parts for later.
            Assert.Equal(0, Removal.Remove(Get("two"), force: false));
            Assert.True(HasLayer(s_two));
        }
        Assert.NotEmpty(Sweep());
        Assert.False(HasLayer(s_two));
    }

    [SystemFact]
    public void What_is_only_pretended_is_counted_and_stays()
    {
        using var sweep = new StorageSweep(_images.Store, _images.Containers);
        long bytes = 0;
        foreach (Unused unused in sweep.Images(all: true).Concat(sweep.Rest()))
        {
            Assert.Equal(UnusedKind.Image, unused.Kind);
            StorageSweep.Pretend(unused);
            bytes += unused.Size;
        }
        Assert.Equal(_images.Store.AllParts().Sum(_images.Store.SizeOf), bytes);
        Assert.Equal(3, _images.Names.Length);
    }

    [SystemFact]
    public void A_container_of_an_image_that_has_just_gone_is_not_made()
    {
        ContainerSpec spec = ImageDefaults.Apply(new ContainerSpec { Command = "sh" }, Get("one")).Validate();
        Removal.Remove(Get("one"), force: false);
        Refusal.Of("LayerMissing", () => _images.Containers.Add(spec));
        Assert.Empty(_images.Containers.AllNames());
    }

    [SystemFact]
    public void Imports_and_sweeps_at_once_leave_whole_images()
    {
        var archive = new ArchiveBuilder();
        string path = archive.Index(ArchiveBuilder.Named(archive.Image(ArchiveBuilder.Config(s_shared, s_one), archive.Blob(MediaType.Layer, s_shared), archive.Blob(MediaType.Layer, s_one)), "one")).End();
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            if (i % 2 == 0) _images.Import(path);
            else
            {
                try
                {
                    if (_images.Store.Find("one") is { } image) Removal.Remove(image, force: false);
                    Sweep(all: true);
                }
                catch (PSContainer.Engine.EngineException busy) when (busy.Id is "StorageBusy" or "BlobMissing")
                {
                    // Somebody else brought it, or took it away.
                }
            }
        });
        StoredImage last = _images.Import(path)[0];
        Assert.Equal(new string('1', 100), _images.Layer(last, 1, "one"));
        Removal.Remove(last, force: false);
        Sweep(all: true);
        Assert.Empty(_images.Store.AllParts());
    }
}
