using System.Text;
using PSContainer.Engine.Spec;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Spec;

/// <summary>Files that are no configuration: always ConfigInvalid, never another exception.</summary>
public class BadConfigTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\uFEFF")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{}")]
    [InlineData("{} {}")]
    [InlineData("{,}")]
    [InlineData("{\"ociVersion\":null}")]
    [InlineData("{\"ociVersion\":\"2.0\",\"root\":{\"path\":\"x\"}}")]
    [InlineData("{\"ociVersion\":\"1.0\",\"root\":null}")]
    [InlineData("{\"ociVersion\":\"1.0\",\"root\":\"x\"}")]
    [InlineData("{\"ociVersion\":\"1.0\",\"root\":{\"path\":7}}")]
    [InlineData("{\"ociVersion\":\"1.0\",\"root\":{\"path\":\"x\",\"readonly\":\"yes\"}}")]
    public void The_whole_has_to_be_one(string json) => Fails.With("ConfigInvalid", () => ConfigSamples.Read(json));

    [Theory]
    [InlineData("")]
    [InlineData("\"args\":[]")]
    [InlineData("\"args\":{}")]
    [InlineData("\"args\":[7]")]
    [InlineData("\"args\":[null]")]
    [InlineData("\"args\":[\"a\\u0000b\"]")]
    [InlineData("\"args\":[\"x\"],\"env\":[\"A=\\u0000\"]")]
    [InlineData("\"args\":[\"x\"],\"cwd\":\"\"")]
    [InlineData("\"args\":[\"x\"],\"cwd\":\"relative\"")]
    [InlineData("\"args\":[\"x\"],\"cwd\":7")]
    [InlineData("\"args\":[\"x\"],\"terminal\":1")]
    [InlineData("\"args\":[\"x\"],\"user\":\"root\"")]
    [InlineData("\"args\":[\"x\"],\"user\":{\"uid\":-1}")]
    [InlineData("\"args\":[\"x\"],\"user\":{\"uid\":4294967296}")]
    [InlineData("\"args\":[\"x\"],\"user\":{\"uid\":1.5}")]
    [InlineData("\"args\":[\"x\"],\"user\":{\"uid\":\"0\"}")]
    [InlineData("\"args\":[\"x\"],\"user\":{\"additionalGids\":[-1]}")]
    [InlineData("\"args\":[\"x\"],\"rlimits\":[{\"type\":\"RLIMIT_CORE\"}]")]
    [InlineData("\"args\":[\"x\"],\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":-1,\"hard\":1}]")]
    [InlineData("\"args\":[\"x\"],\"oomScoreAdj\":99999999999")]
    [InlineData("\"args\":[\"x\"],\"capabilities\":[\"CAP_CHOWN\"]")]
    public void The_process_has_to_be_one(string process) => Fails.With("ConfigInvalid", () => ConfigSamples.Read(ConfigSamples.Least(process)));

    [Theory]
    [InlineData("\"linux\":7")]
    [InlineData("\"linux\":{\"namespaces\":{}}")]
    [InlineData("\"linux\":{\"namespaces\":[{}]}")]
    [InlineData("\"linux\":{\"namespaces\":[{\"type\":null}]}")]
    [InlineData("\"linux\":{\"devices\":[{\"path\":\"/dev/x\"}]}")]
    [InlineData("\"linux\":{\"devices\":[{\"path\":null,\"type\":\"c\"}]}")]
    [InlineData("\"linux\":{\"maskedPaths\":[7]}")]
    [InlineData("\"linux\":{\"seccomp\":7}")]
    [InlineData("\"linux\":{\"seccomp\":[]}")]
    [InlineData("\"linux\":{\"sysctl\":{\"a\":7}}")]
    [InlineData("\"linux\":{\"resources\":{\"memory\":{\"limit\":\"1\"}}}")]
    [InlineData("\"linux\":{\"resources\":{\"memory\":7}}")]
    [InlineData("\"linux\":{\"resources\":{\"blockIO\":{\"weight\":70000}}}")]
    [InlineData("\"linux\":{\"resources\":{\"blockIO\":{\"throttleReadBpsDevice\":[{}]}}}")]
    [InlineData("\"mounts\":{}")]
    [InlineData("\"mounts\":[{}]")]
    [InlineData("\"mounts\":[7]")]
    [InlineData("\"mounts\":[{\"destination\":null}]")]
    [InlineData("\"hooks\":7")]
    [InlineData("\"annotations\":[]")]
    [InlineData("\"annotations\":{\"a\":7}")]
    public void The_rest_has_to_be_of_its_kind(string member) => Fails.With("ConfigInvalid", () => ConfigSamples.Read(ConfigSamples.Least(members: "," + member)));

    [Fact]
    public void Every_way_to_cut_a_file_off_is_found()
    {
        byte[] json = Encoding.UTF8.GetBytes(ConfigSamples.Runc());
        for (int length = 0; length < json.Length; length += 7)
            Fails.With("ConfigInvalid", () => RuntimeSpecReader.Read(json.AsMemory(0, length), "x"));
    }

    [Fact]
    public void Every_value_may_be_of_another_kind()
    {
        // One member after the other becomes a number, a text, a list, an object: an error of ours, or none.
        string[] lines = ConfigSamples.Runc().Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            int colon = lines[i].IndexOf("\": ", StringComparison.Ordinal);
            if (colon < 0 || lines[i].TrimEnd().EndsWith('{') || lines[i].TrimEnd().EndsWith('[')) continue;
            foreach (string value in (string[])["-1", "1e400", "\"\"", "[]", "{}", "null", "true"])
            {
                string[] changed = [.. lines];
                changed[i] = lines[i][..(colon + 3)] + value + (lines[i].TrimEnd().EndsWith(',') ? "," : "");
                try
                {
                    ConfigSamples.Read(string.Join('\n', changed));
                }
                catch (Engine.EngineException refused)
                {
                    Assert.Equal("ConfigInvalid", refused.Id);
                }
            }
        }
    }

    [Fact]
    public void Ten_thousand_levels_and_a_hundred_megabytes_are_refused_before_they_cost_anything()
    {
        Fails.With("ConfigInvalid", () => ConfigSamples.Read(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)));
        Fails.With("ConfigInvalid", () => ConfigSamples.Read(new string('[', 10_000)));
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            using (FileStream large = File.Create(folder + "/config.json")) large.SetLength(100 << 20);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Fails.With("ConfigInvalid", () => RuntimeSpecReader.ReadBundle(folder));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 80 << 20);
            File.Delete(folder + "/config.json");
            Fails.With("BundleNotFound", () => RuntimeSpecReader.ReadBundle(folder));
            Fails.With("BundleNotFound", () => RuntimeSpecReader.ReadBundle(folder + "/absent"));
            Directory.CreateDirectory(folder + "/config.json");
            Fails.With("ConfigInvalid", () => RuntimeSpecReader.ReadBundle(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
