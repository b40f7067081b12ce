using PSContainer.Engine;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.State;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Containers;

/// <summary>Records on disk: needs no root, for the storage can lie anywhere.</summary>
public sealed class ContainerStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    private ContainerStore Store => new(StorageRoot.At(_folder));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ContainerRecord Add(string? name = null) => Store.Add(new ContainerSpec { Name = name, Command = "x", Arguments = ["y z"], Labels = new Dictionary<string, string> { ["l"] = "v" }, AutoRemove = true });

    [Fact]
    public void A_record_is_read_as_it_was_written()
    {
        ContainerRecord record = Add("web"), again = Store.Get("web");
        Assert.Equal((record.Id, "web", record.Created, "x y z", true, false, "(host)", "v"), (again.Id, again.Name, again.Created, again.Command, again.AutoRemove, again.Idle, again.Image, again.Labels["l"]));
        Assert.Equal(record.Id, Store.IdOfName("web"));
        Assert.True(Directory.Exists(StorageRoot.At(_folder).ContainerFolder(record.Id) + "/rootfs"));
    }

    [Fact]
    public void A_name_is_taken_once_and_nothing_of_the_second_is_left()
    {
        Add("web");
        Fails.With("ContainerNameTaken", () => Add("web"));
        Assert.Single(Directory.GetDirectories(StorageRoot.At(_folder).Containers));
        Assert.Equal(["web"], Store.AllNames());
    }

    [Fact]
    public void Fifty_at_once_have_names_of_their_own()
    {
        ContainerRecord[] records = [.. Enumerable.Range(0, 50).AsParallel().WithDegreeOfParallelism(10).Select(_ => Add())];
        Assert.Equal(50, records.Select(record => record.Name).Distinct().Count());
        Assert.Equal(50, Store.All().Count);
    }

    [Fact]
    public void One_is_found_by_name_id_and_the_beginning_of_an_id()
    {
        ContainerRecord record = Add("web");
        foreach (string key in (string[])["web", record.Id, record.Id[..12], record.Id[..4]]) Assert.Equal(record.Id, Store.Get(key).Id);
        foreach (string key in (string[])["we", "WEB", "", "*", "../web", "web\0", "/", new string('a', 300), "zzz", ".", "..", "?" + record.Id[1..]]) Fails.With("ContainerNotFound", () => Store.Get(key));
    }

    [Fact]
    public void A_name_goes_before_an_id_and_two_ids_are_ambiguous()
    {
        ContainerRecord first = Add();
        ContainerRecord named = Add(first.Id[..6]);
        Assert.Equal(named.Id, Store.Get(first.Id[..6]).Id);
        // Enough of them, and some share their first digit.
        for (int i = 0; i < 17; i++) Add();
        char common = Store.All().GroupBy(record => record.Id[0]).First(group => group.Count() > 1).Key;
        if (Store.IdOfName(common.ToString()) is null) Fails.With("ContainerAmbiguous", () => Store.Get(common.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"id\":7}")]
    public void A_spoilt_record_is_told_of_and_hides_no_other(string content)
    {
        ContainerRecord spoilt = Add("spoilt");
        Add("whole");
        File.WriteAllText(Path.Combine(StorageRoot.At(_folder).ContainerFolder(spoilt.Id), ContainerRecord.FileName), content);
        var broken = new List<EngineException>();
        Assert.Equal("whole", Assert.Single(Store.All(broken.Add)).Name);
        Assert.Equal("StateCorrupt", Assert.Single(broken).Id);
        Fails.With("StateCorrupt", () => Store.Get("spoilt"));
        Store.Discard(spoilt.Id, "spoilt");
        Assert.Equal(["whole"], Store.AllNames());
    }

    [Fact]
    public void A_discarded_one_is_gone_and_its_name_is_free_but_not_another_ones()
    {
        ContainerRecord record = Add("web");
        Store.Discard(record.Id, "web");
        Assert.Empty(Store.AllNames());
        Assert.Empty(Directory.GetDirectories(StorageRoot.At(_folder).Containers));
        ContainerRecord next = Add("web");
        Store.Discard(record.Id, "web");
        Assert.Equal(next.Id, Store.IdOfName("web"));
    }

    [Fact]
    public void A_new_name_is_checked_and_the_old_one_is_free()
    {
        ContainerRecord record = Add("old");
        Add("other");
        Fails.With("ContainerNameTaken", () => Store.Rename(record, "other"));
        Fails.With("ContainerNameInvalid", () => Store.Rename(record, "../x"));
        Store.Rename(record, "new");
        Assert.Equal(record.Id, Store.Get("new").Id);
        Assert.Equal("new", Store.Get(record.Id).Name);
        Fails.With("ContainerNotFound", () => Store.Get("old"));
    }

    [Fact]
    public void A_wish_that_can_t_be_leaves_nothing()
    {
        Fails.With("UserNotFound", () => Store.Add(new ContainerSpec { Name = "web", User = "nobody-at-all" }));
        Assert.False(Directory.Exists(StorageRoot.At(_folder).Names) && Store.AllNames().Any());
    }
}
