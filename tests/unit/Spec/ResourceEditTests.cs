using System.Text;
using System.Text.Json.Nodes;
using PSContainer.Engine.Spec;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Spec;

/// <summary>A change of limits in the text of a config.json.</summary>
public class ResourceEditTests
{
    private static (string Text, string[] Changes) Edit(string config, Func<ResourceSpec, ResourceSpec> change)
    {
        var edit = ResourceEdit.Open(Encoding.UTF8.GetBytes(config), "config.json");
        var changes = new List<ResourceEdit.Change>();
        var bytes = edit.Apply(change(edit.Resources), changes);
        return (bytes is null ? config : Encoding.UTF8.GetString(bytes), [.. changes.Select(static change => $"{change.Member}={change.Value}")]);
    }

    [Fact]
    public void Only_the_resources_are_touched()
    {
        const string Before = """{"a": [1,  2], "linux" : {"resources":{"memory":{"limit":5}} , "x":"é"}, "b": {"linux": 3}}""";
        var (text, changes) = Edit(Before, static resources => resources with { MemoryLimit = 6 });
        Assert.StartsWith("""{"a": [1,  2], "linux" : {"resources":{""", text);
        Assert.EndsWith(""" , "x":"é"}, "b": {"linux": 3}}""", text);
        Assert.Equal(["memory.limit=6"], changes);
    }

    [Fact]
    public void What_this_house_does_not_know_stays()
    {
        var (text, _) = Edit("""{"linux":{"resources":{"memory":{"limit":5,"swappiness":10},"hugepageLimits":[{"pageSize":"2MB","limit":1}],"cpu":{"burst":9,"quota":7}}}}""",
            static resources => resources with { MemoryLimit = null, CpuQuota = null, PidsLimit = 3 });
        Assert.Equal("""{"memory":{"swappiness":10},"hugepageLimits":[{"pageSize":"2MB","limit":1}],"cpu":{"burst":9},"pids":{"limit":3}}""",
            JsonNode.Parse(text)!["linux"]!["resources"]!.ToJsonString());
    }

    [Fact]
    public void The_same_limits_are_no_change()
    {
        var edit = ResourceEdit.Open("""{"linux":{"resources":{"memory":{"limit":5}}}}"""u8.ToArray(), "config.json");
        Assert.Null(edit.Apply(edit.Resources, []));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"linux":{}}""")]
    [InlineData("""{"linux":{"resources":null}}""")]
    public void Resources_that_are_missing_are_made(string config)
        => Assert.Equal("""{"linux":{"resources":{"pids":{"limit":3}}}}""", JsonNode.Parse(Edit(config, static resources => resources with { PidsLimit = 3 }).Text)!.ToJsonString());

    [Fact]
    public void Files_of_cgroup_v2_come_and_go()
    {
        var (text, changes) = Edit("""{"linux":{"resources":{"unified":{"memory.high":"1"}}}}""",
            static resources => resources with { Unified = new Dictionary<string, string> { ["io.weight"] = "default 5" } });
        Assert.Equal("""{"io.weight":"default 5"}""", JsonNode.Parse(text)!["linux"]!["resources"]!["unified"]!.ToJsonString());
        Assert.Equal(2, changes.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"linux\":{\"resources\":{")]
    [InlineData("""{"linux":{"resources":{"memory":{"limit":"much"}}}}""")]
    public void What_is_no_configuration_is_refused(string config)
        => Fails.With("ConfigInvalid", () => ResourceEdit.Open(Encoding.UTF8.GetBytes(config), "config.json"));
}
