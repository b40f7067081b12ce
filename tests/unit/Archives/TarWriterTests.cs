using System.Diagnostics;
using System.Text;
using PSContainer.Engine.Archives.Tar;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.Unit.Images;

namespace PSContainer.Tests.Unit.Archives;

public sealed class TarWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Write(params IEnumerable<(TarEntry Entry, string Content)> entries)
    {
        var target = new MemoryStream();
        var writer = new TarWriter(target);
        foreach ((TarEntry entry, string content) in entries)
        {
            writer.Write(entry with { Size = content.Length });
            writer.WriteContent(Encoding.Latin1.GetBytes(content));
        }
        writer.Finish();
        Assert.Equal(target.Length, writer.Position);
        return target.ToArray();
    }

    private static TarEntry File(string name) => new() { Type = TarType.File, Name = new PathBytes(Encoding.Latin1.GetBytes(name)), Mode = 0x1A4 };

    public static TheoryData<string> Names => new(
        "a", "caf\xe9", new string('n', 100), new string('n', 101), new string('n', 255), "d/" + new string('n', 100), "d/" + new string('n', 101), new string('d', 155) + "/" + new string('n', 100),
        new string('d', 156) + "/" + new string('n', 100), string.Concat(Enumerable.Repeat("part/", 50)) + "end", string.Concat(Enumerable.Repeat("part/", 60)), new string('d', 120) + "/", "\xff" + new string('x', 4000));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_of_any_length_comes_back(string name)
    {
        var reader = new TarReader(new MemoryStream(Write((File(name), "content"), (File("next"), ""))));
        TarEntry entry = reader.Next()!;
        Assert.Equal(name, Encoding.Latin1.GetString(entry.Name.Span));
        if (entry.Type == TarType.File) Assert.Equal("content", Encoding.Latin1.GetString(reader.ReadAll(100)));
        else reader.ReadAll(100);
    }

    [Fact]
    public void Every_field_comes_back()
    {
        TarEntry[] entries =
        [
            new() { Type = TarType.File, Name = "f", Mode = 0xFFF, User = 3_000_000, Group = 4_294_967_294, Modified = 1700000000, ModifiedNanoseconds = 120_000_000, Attributes = [new("user.x", [0, 255, 10]), new("security.capability", [1])] },
            new() { Type = TarType.SymbolicLink, Name = "s", Link = new string('l', 200), Mode = 0x1FF, Modified = -2, ModifiedNanoseconds = 750_000_000 },
            new() { Type = TarType.HardLink, Name = "h", Link = "f", Modified = -7 },
            new() { Type = TarType.CharacterDevice, Name = "c", Major = 4095, Minor = 1048575, Modified = 1L << 40 },
            new() { Type = TarType.BlockDevice, Name = "b", Major = 254, Minor = 3 },
            new() { Type = TarType.Fifo, Name = "p" },
            new() { Type = TarType.Folder, Name = "d/", Mode = 0x3FF },
        ];
        var reader = new TarReader(new MemoryStream(Write(entries.Select(entry => (entry, "")))));
        foreach (TarEntry entry in entries)
        {
            TarEntry back = reader.Next()!;
            Assert.Equal(entry with { Attributes = [] }, back with { Attributes = [] });
            Assert.Equal(entry.Attributes.OrderBy(one => one.Name).Select(one => (one.Name, Convert.ToHexString(one.Value))), back.Attributes.Select(one => (one.Name, Convert.ToHexString(one.Value))));
        }
        Assert.Null(reader.Next());
    }

    [Fact]
    public void The_same_entries_are_the_same_bytes_in_whatever_order_attributes_come()
    {
        ExtendedAttribute x = new("user.x", [1]), y = new("user.y", [2]);
        Assert.Equal(Write((File("a") with { Attributes = [x, y] }, "t")), Write((File("a") with { Attributes = [y, x] }, "t")));
    }

    [Fact]
    public void A_plain_entry_takes_one_block() => Assert.Equal(512 + 512 + 1024, Write((File("a") with { Modified = 1700000000, User = 1000 }, "x")).Length);

    [Fact]
    public void Content_that_does_not_match_is_a_mistake_of_the_caller_s()
    {
        var writer = new TarWriter(new MemoryStream());
        writer.Write(File("a") with { Size = 3 });
        writer.WriteContent("ab"u8);
        Assert.Throws<InvalidOperationException>(() => writer.Write(File("b")));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        Assert.Throws<InvalidOperationException>(() => writer.WriteContent("cd"u8));
    }

    [ProgramFact("tar")]
    public void Tar_reads_what_is_written()
    {
        string name = new('n', 180), archive = Path.Combine(_folder, "a.tar");
        System.IO.File.WriteAllBytes(archive, Write((File("a") with { Modified = 86400, User = 3_000_000 }, "content"), (File("d/" + name), "more"),
            (new TarEntry { Type = TarType.SymbolicLink, Name = "s", Link = "a" }, ""), (new TarEntry { Type = TarType.HardLink, Name = "h", Link = "a" }, "")));
        Assert.Equal(["a", "d/" + name, "s -> a", "h link to a"], Run("tar", "-tvf", archive).Select(line => line[(line.IndexOf(':') + 4)..]));
        Run("tar", "-xf", archive, "-C", _folder, "--no-same-owner");
        Assert.Equal("more", System.IO.File.ReadAllText(Path.Combine(_folder, "d", name)));
        Assert.Equal("content", System.IO.File.ReadAllText(Path.Combine(_folder, "h")));
    }

    [ProgramTheory("tar")]
    [InlineData("gnu")]
    [InlineData("oldgnu")]
    [InlineData("pax")]
    [InlineData("ustar")]
    [InlineData("v7")]
    public void What_tar_writes_is_read(string format)
    {
        bool isShort = format is "ustar" or "v7";
        string name = isShort ? new string('n', 90) : new string('n', 200), archive = Path.Combine(_folder, "a.tar"), root = Directory.CreateDirectory(Path.Combine(_folder, "root/d")).Parent!.FullName;
        System.IO.File.WriteAllText(Path.Combine(root, "d", name), "content");
        System.IO.File.CreateSymbolicLink(Path.Combine(root, "link"), "d/" + name);
        Run("tar", "--format=" + format, "--sort=name", "-cf", archive, "-C", root, "d", "link");
        using FileStream file = System.IO.File.OpenRead(archive);
        var reader = new TarReader(file);
        Assert.Equal("d/", reader.Next()!.Name.ToString());
        Assert.Equal("d/" + name, reader.Next()!.Name.ToString());
        Assert.Equal("content", Encoding.ASCII.GetString(reader.ReadAll(100)));
        Assert.Equal("d/" + name, reader.Next()!.Link.ToString());
        Assert.Null(reader.Next());
    }

    private static string[] Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
