using System.Text;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Seccomp;

/// <summary>A filter is made once, and counts for the very profile that it was made of.</summary>
public sealed class FilterCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
    private int _containers;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SeccompSpec Spec(string name) => new(Encoding.UTF8.GetBytes($"{{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{{\"names\":[\"{name}\"],\"action\":\"SCMP_ACT_KILL\"}}]}}"));

    private string RunFolder() => Directory.CreateDirectory(Path.Combine(_folder, "c" + _containers++)).FullName;

    private CompiledFilter Get(string name, string? runFolder = null) => new FilterCache(_folder).Get(Spec(name), runFolder ?? RunFolder());

    private string[] Files => Directory.GetFiles(_folder, "*.filter");

    [CompilerFact]
    public void The_second_container_has_the_firsts()
    {
        string first = RunFolder(), second = RunFolder();
        CompiledFilter made = Get("mkdir", first);
        DateTime written = File.GetLastWriteTimeUtc(Assert.Single(Files));
        Assert.Equal(made.Program, Get("mkdir", second).Program);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Assert.Single(Files)));
        Assert.Equal(made.Program, FilterCache.Of(first)!.Program);
        Assert.Equal(made.Program, FilterCache.Of(second)!.Program);
        Assert.NotEqual(made.Program, Get("rmdir").Program);
        Assert.Equal(2, Files.Length);
    }

    [CompilerTheory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("\u0001\u0000\u0000\u0000xx")]
    public void A_file_that_is_of_another_profile_or_none_is_replaced(string content)
    {
        byte[] right = Get("mkdir").Program;
        string file = Assert.Single(Files);
        File.Delete(file);
        File.WriteAllText(file, content);
        Assert.Equal(right, Get("mkdir").Program);
        File.Delete(file);
        byte[] other = File.ReadAllBytes(Path.Combine(_folder, "c0", FilterCache.FileName));
        other[sizeof(int)]++; // another key of the same hash
        File.WriteAllBytes(file, other);
        Assert.Equal(right, Get("mkdir").Program);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "c2", FilterCache.FileName)), File.ReadAllBytes(file));
    }

    [CompilerFact]
    public void They_do_not_become_ever_more()
    {
        for (int i = 0; i < 70; i++) Get("call" + i);
        Assert.Equal(64, Files.Length);
    }

    [CompilerFact]
    public void What_is_refused_leaves_nothing_in_the_cache()
    {
        Fails.With("SeccompInvalid", () => new FilterCache(_folder).Get(new SeccompSpec("{}"u8.ToArray()), RunFolder()));
        Assert.Empty(Files);
    }

    [Fact]
    public void A_listener_survives_the_file()
    {
        foreach (CompiledFilter filter in (CompiledFilter[])[new([1, 2, 3, 4, 5, 6, 7, 8], 9, null), new([], 0, new("/ü", null)), new([0], 1, new("/x", "")), new([0], 1, new("/x", "m"))])
        {
            CompiledFilter again = CompiledFilter.Read(filter.ToBytes());
            Assert.Equal((filter.Flags, filter.Listener), (again.Flags, again.Listener));
            Assert.Equal(filter.Program, again.Program);
        }
    }

    [Fact]
    public void A_filter_that_is_cut_off_is_found()
    {
        string folder = RunFolder();
        Assert.Null(FilterCache.Of(folder));
        byte[] whole = [4, 0, 0, 0, 1, 2, 3, 4, .. new CompiledFilter([], 0, new("/path", "metadata")).ToBytes()];
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Path.Combine(folder, FilterCache.FileName), whole[..length]);
            Assert.Throws<FormatException>(() => FilterCache.Of(folder));
        }
    }
}
