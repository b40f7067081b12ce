using System.Text.Json;
using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Images;

/// <summary>The index of images: names, ids, changes at once. No layer is needed for that.</summary>
public sealed class ImageStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    private ImageStore Store => new(StorageRoot.At(_folder));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private StoredImage Add(string author, params string[] names) => Store.Add(new ImageConfig { Author = author }, [], [.. names.Select(ImageReference.Parse)]);

    private string[] Names => [.. Store.AllNames()];

    [Fact]
    public void An_empty_store_has_nothing_and_makes_nothing()
    {
        Assert.Empty(Store.All());
        Assert.Empty(Store.AllNames());
        Assert.Null(Store.Find("ubuntu"));
        Assert.Null(Store.Sweeping());
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void An_image_is_found_by_names_ids_and_digests()
    {
        StoredImage image = Add("me", "app:1", "localhost:5000/app");
        foreach (string key in (string[])["app:1", "docker.io/library/app:1", "localhost:5000/app:latest", image.Id.ToString(), image.Id.Hex, image.Id.Short, image.Id.Hex[..4], image.Descriptor.Digest.ToString(), image.Descriptor.Digest.Hex[..12]])
            Assert.Equal(image.Id, Store.Get(key).Id);
        Assert.Equal(["app:1", "localhost:5000/app:latest"], image.Names.Select(name => name.ShortName));
        foreach (string key in (string[])["app", "app:2", "abc", new string('0', 64), "sha256:0000"]) Fails.With("ImageNotFound", () => Store.Get(key));
        Fails.With("ImageNameInvalid", () => Store.Get("App"));
    }

    [Fact]
    public void A_name_that_looks_like_an_id_is_a_name()
    {
        StoredImage image = Add("me", "app"), named = Add("you", image.Id.Hex[..8]);
        Assert.Equal(named.Id, Store.Get(image.Id.Hex[..8]).Id);
        Assert.Equal(image.Id, Store.Get("sha256:" + image.Id.Hex[..8]).Id);
    }

    [Fact]
    public void A_name_goes_to_the_newest_and_the_other_stays_without()
    {
        StoredImage first = Add("one", "app"), second = Add("two", "app");
        Assert.Equal(second.Id, Store.Get("app").Id);
        Assert.Empty(Store.Get(first.Id.Hex).Names);
        Assert.Equal(2, Store.All().Count);
        // Named again, its nameless entry is gone.
        Add("one", "old");
        Assert.Equal(["old:latest"], Store.Get(first.Id.Hex).Names.Select(name => name.ShortName));
        Assert.Equal(2, Index().Count);
    }

    [Fact]
    public void One_that_loses_all_its_names_at_once_stays_without()
    {
        StoredImage first = Add("one", "app", "app:2", "app:3");
        Add("two", "app", "app:2");
        Assert.Equal(["app:3"], Store.Get(first.Id.Hex).Names.Select(name => name.ShortName));
        Add("two", "app:3");
        Assert.Empty(Store.Get(first.Id.Hex).Names);
        Assert.Equal(4, Index().Count);
    }

    [Fact]
    public void Twice_the_same_is_once()
    {
        Add("one", "app", "app");
        Add("one", "app");
        Assert.Single(Index());
        Add("one");
        Assert.Equal(["app:latest"], Names);
    }

    [Fact]
    public void Without_its_last_name_it_stays_until_it_is_forgotten()
    {
        StoredImage image = Add("me", "a", "b");
        Store.Untag(ImageReference.Parse("a"));
        Assert.Equal(["b:latest"], Names);
        Store.Untag(ImageReference.Parse("b"));
        Store.Untag(ImageReference.Parse("never"));
        Assert.Empty(Assert.Single(Store.All()).Names);
        Store.Forget(image.Descriptor.Digest);
        Assert.Empty(Store.All());
    }

    [Fact]
    public void Fifty_changes_at_once_are_all_there()
    {
        Parallel.For(0, 50, new ParallelOptions { MaxDegreeOfParallelism = 10 }, i => Add($"{i % 5}", $"app:{i}"));
        Assert.Equal(50, Names.Length);
        Assert.Equal(5, Store.All().Count);
        Parallel.For(0, 50, new ParallelOptions { MaxDegreeOfParallelism = 10 }, i => Store.Untag(ImageReference.Parse($"app:{i}")));
        Assert.Empty(Names);
        Assert.Equal(5, Store.All().Count);
    }

    [Fact]
    public void What_is_not_all_there_is_not_registered()
    {
        var lacking = Digest.Of("layer"u8);
        Fails.With("LayerMissing", () => Store.Add(new ImageConfig { DiffIds = [lacking] }, [new Descriptor(MediaType.Layer, lacking, 5)], ImageReference.Parse("app")));
        Fails.With("ManifestInvalid", () => Store.Add(new ImageConfig { DiffIds = [lacking] }, [], ImageReference.Parse("app")));
        Fails.With("BlobMissing", () => Store.Register(new Descriptor(MediaType.Manifest, lacking, 5), ImageReference.Parse("app")));
        Directory.CreateDirectory(Store.Layers.FolderOf(lacking));
        Fails.With("BlobMissing", () => Store.Add(new ImageConfig { DiffIds = [lacking] }, [new Descriptor(MediaType.Layer, lacking, 5)], ImageReference.Parse("app")));
        Assert.Empty(Names);
    }

    [Fact]
    public void A_broken_image_is_told_of_and_hides_no_other()
    {
        StoredImage broken = Add("one", "broken");
        Add("two", "whole");
        File.WriteAllText(Store.Blobs.PathOf(broken.Id), "{}");
        var told = new List<EngineException>();
        Assert.Equal(["whole:latest"], Store.All(told.Add).Select(image => image.Name));
        Assert.Equal("BlobCorrupt", Assert.Single(told).Id);
        Fails.With("BlobCorrupt", () => Store.Get("broken"));
        Assert.Equal(["broken:latest", "whole:latest"], Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    public void A_spoilt_index_is_an_error_and_is_not_written_over(string content)
    {
        Add("one", "app");
        string index = Path.Combine(_folder, "images", "index.json");
        File.WriteAllText(index, content);
        Fails.With("StateCorrupt", () => Store.All());
        Fails.With("StateCorrupt", () => Add("two", "other"));
        Assert.Equal(content, File.ReadAllText(index));
    }

    [Fact]
    public void Names_that_other_tools_have_put_in_are_left_as_they_are()
    {
        StoredImage image = Add("one", "app");
        string index = Path.Combine(_folder, "images", "index.json");
        File.WriteAllText(index, File.ReadAllText(index).Replace("docker.io/library/app:latest", "Strange Name"));
        Add("two", "other");
        Assert.Equal(["other:latest"], Names);
        Assert.Contains("Strange Name", File.ReadAllText(index));
        Assert.Equal(image.Id.Short, Store.Get(image.Id.Hex).Name);
    }

    [Fact]
    public void Nothing_is_swept_while_somebody_adds()
    {
        Add("one", "app");
        using (Store.Adding())
        using (Store.Adding())
            Assert.Null(Store.Sweeping());
        using FileLock? sweeping = Store.Sweeping();
        Assert.NotNull(sweeping);
    }

    private List<JsonElement> Index()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "images", "index.json")));
        return [.. document.RootElement.GetProperty("manifests").EnumerateArray().Select(entry => entry.Clone())];
    }
}
