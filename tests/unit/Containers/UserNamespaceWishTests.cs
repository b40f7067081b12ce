using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Containers.Users;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Tests.Unit.Cgroups;
using Range = PSContainer.Engine.Containers.Users.SubordinateIds.Range;

namespace PSContainer.Tests.Unit.Containers;

/// <summary>Who a container's users are outside: what is asked for, what is set aside, and what becomes of it.</summary>
public class UserNamespaceWishTests
{
    private static readonly UserNamespaceWish Ranges = UserNamespaceWish.Parse("0:100000:65536");

    private static RuntimeSpec Translate(ContainerSpec spec) => SpecTranslation.ToRuntimeSpec(spec.Validate(), "0123456789abcdef", _ => null);

    [Fact]
    public void Words_and_ranges_are_understood()
    {
        Assert.True(UserNamespaceWish.Parse("HOST").IsHost);
        Assert.True(UserNamespaceWish.Parse("auto") is { IsAuto: true, IsHost: false });
        Assert.Equal([new IdMapping(0, 100000, 1000), new IdMapping(1000, 7, 1)], UserNamespaceWish.Parse("0:100000:1000,1000:7:1").Gids);
        foreach (string bad in (string[])["", "me", "0:1", "0:1:2:3", "0:-1:5", "0: 1:5", "0:1:5,", "0:4294967296:1", "5:100000:10"]) Fails.With("UserNamespaceInvalid", () => UserNamespaceWish.Parse(bad));
        foreach (string bad in (string[])["0:1:0", "0:100000:10,5:200000:10", "0:100000:10,10:100009:10", "0:4294967295:1"]) Fails.With("MappingInvalid", () => UserNamespaceWish.Parse(bad));
    }

    [Fact]
    public void A_wish_becomes_a_namespace_and_mappings()
    {
        RuntimeSpec apart = Translate(new ContainerSpec { Users = Ranges }), host = Translate(new ContainerSpec());
        Assert.Contains(apart.Linux.Namespaces, wanted => wanted is { Type: "user", Path: null });
        Assert.Equal([new IdMapping(0, 100000, 65536)], apart.Linux.UidMappings);
        Assert.DoesNotContain(host.Linux.Namespaces, wanted => wanted.Type == "user");
        Assert.Empty(host.Linux.GidMappings);
        // A group that nobody inside has the kernel refuses.
        Assert.Equal("0 65535", apart.Linux.Sysctl[DefaultProfile.PingGroups]);
        Assert.Equal("0 2147483647", host.Linux.Sysctl[DefaultProfile.PingGroups]);
    }

    [Theory]
    [InlineData("/etc:/e:idmap", "rbind,rprivate,idmap")]
    [InlineData("/etc:/e:ro,idmap", "rbind,rprivate,rro,idmap")]
    [InlineData("/etc:/e", "rbind,rprivate")]
    public void A_volumes_owners_are_mapped_on_wish(string volume, string options)
    {
        var spec = new ContainerSpec { Users = Ranges, Volumes = [VolumeSpec.Parse(volume)] };
        Assert.Equal(options, string.Join(',', Translate(spec).Mounts[^1].Options));
        if (options.Contains("idmap")) Fails.With("IdmapUnwanted", () => Translate(spec with { Users = UserNamespaceWish.Host }));
    }

    [Fact]
    public void What_is_set_aside_is_the_first_owners_that_has_any()
    {
        Assert.Equal([new Range(5, 7), new Range(100, 3)], SubordinateIds.Of(["# x", "", "root:1000:5", "containers:100:3", "ann:50:10", "containers:5:7"], "f"));
        Assert.Equal([new Range(1, 1)], SubordinateIds.Of(["containers:100:3", "pscontainer:1:1"], "f"));
        Fails.With("SubIdMissing", () => SubordinateIds.Of(null, "f"));
        Fails.With("SubIdMissing", () => SubordinateIds.Of(["ann:100000:65536"], "f"));
        Fails.With("SubIdOverlap", () => SubordinateIds.Of(["pscontainer:100:10", "ann:109:10"], "f"));
        Fails.With("SubIdOverlap", () => SubordinateIds.Of(["pscontainer:100:10", "pscontainer:100:10"], "f"));
        // Of others among themselves it is none of our business.
        Assert.Single(SubordinateIds.Of(["pscontainer:100:10", "ann:200:10", "bob:205:10"], "f"));
        foreach (string bad in (string[])["pscontainer:x:1", "pscontainer:1", "pscontainer:1:0", "pscontainer:4294967295:9"]) Fails.With("SubIdInvalid", () => SubordinateIds.Of([bad], "f"));
    }

    [Fact]
    public void The_lowest_ids_that_nobody_has_are_found()
    {
        Range[] ranges = [new(100, 20), new(200, 10)];
        Assert.Equal(100u, SubordinateIds.Free(ranges, [], 10));
        Assert.Equal(110u, SubordinateIds.Free(ranges, [new(100, 10)], 10));
        Assert.Equal(200u, SubordinateIds.Free(ranges, [new(110, 1), new(95, 10)], 10));
        Assert.Equal(105u, SubordinateIds.Free(ranges, [new(90, 15)], 10));
        Assert.Null(SubordinateIds.Free(ranges, [new(105, 1), new(115, 1), new(209, 1)], 10));
        Assert.Null(SubordinateIds.Free(ranges, [], 21));
        Assert.Equal(4294967285u, SubordinateIds.Free([new(4294967285, 10)], [new(0, 5)], 10));
    }

    [Fact]
    public void The_record_keeps_it_and_tells_it()
    {
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            var store = new ContainerStore(StorageRoot.At(folder));
            store.Add(new ContainerSpec { Name = "a", Users = Ranges with { Gids = [new(0, 200000, 65536)] } });
            ContainerSecurity security = store.Get("a").Security;
            Assert.Equal("0:100000:65536/0:200000:65536", security.UserNamespace);
            Assert.Equal("users=0:100000:65536/0:200000:65536", security.ToString());
            Assert.True(security.IsDefault);
            store.Add(new ContainerSpec { Name = "b" });
            Assert.Equal(("Host", "default"), (store.Get("b").Security.UserNamespace, store.Get("b").Security.ToString()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_storage_says_what_holds_where_nobody_does()
    {
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            var root = StorageRoot.At(folder);
            Assert.Null(StorageSettings.Of(root).UserNamespace);
            File.WriteAllText(Path.Combine(folder, StorageSettings.FileName), "{ \"userNamespace\": \"Auto\" }");
            Assert.Equal("Auto", StorageSettings.Of(root).UserNamespace);
            File.WriteAllText(Path.Combine(folder, StorageSettings.FileName), "Auto");
            Fails.With("StateCorrupt", () => StorageSettings.Of(root));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
