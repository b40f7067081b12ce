using System.Text;
using PSContainer.Engine.Archives.Tar;
using PSContainer.Kernel.Trees;

namespace PSContainer.Tests.Unit.Archives;

public class TarReaderTests
{
    private static List<(TarEntry Entry, string Content)> Read(byte[] archive, int step = int.MaxValue)
    {
        var reader = new TarReader(new SlowStream(archive, step));
        var found = new List<(TarEntry, string)>();
        while (reader.Next() is { } entry) found.Add((entry, Encoding.Latin1.GetString(reader.ReadAll(int.MaxValue))));
        return found;
    }

    private static TarEntry One(byte[] archive) => Assert.Single(Read(archive)).Entry;

    private static string Latin(PathBytes path) => Encoding.Latin1.GetString(path.Span);

    private static PathBytes Bytes(string latin) => new(Encoding.Latin1.GetBytes(latin));

    [Fact]
    public void A_file_is_read_with_all_its_fields()
    {
        TarEntry entry = One(new RawTar().Entry("a/b", "hello", edit: block =>
        {
            RawTar.Put(block, 100, "0104755\0");
            RawTar.Put(block, 108, "   1750 ");
            RawTar.Put(block, 116, "0003720\0");
            RawTar.Put(block, 136, "14524472400 ");
        }).End());
        Assert.Equal((TarType.File, "a/b", 0x9EDu, 1000u, 2000u, 5L, 1699902720L), (entry.Type, Latin(entry.Name), entry.Mode, entry.User, entry.Group, entry.Size, entry.Modified));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(100_000)]
    public void Contents_are_whole_however_the_stream_comes(int step)
    {
        string large = string.Concat(Enumerable.Range(0, step == 1 ? 300 : 60_000).Select(i => $"{i};"));
        byte[] archive = new RawTar().Entry("empty", "").Entry("large", large).Entry("block", new string('x', 512)).Entry("last", "z").End();
        Assert.Equal([("empty", ""), ("large", large), ("block", new string('x', 512)), ("last", "z")], Read(archive, step).Select(found => (Latin(found.Entry.Name), found.Content)));
    }

    [Fact]
    public void Content_that_nobody_reads_is_passed_over()
    {
        var reader = new TarReader(new MemoryStream(new RawTar().Entry("a", new string('x', 300_000)).Entry("b", "text").Entry("c", "").End()));
        Assert.Equal("a", Latin(reader.Next()!.Name));
        Assert.Equal("b", Latin(reader.Next()!.Name));
        Assert.Equal((byte)'t', reader.ReadPart()[0]);
        Assert.True(reader.ReadPart().IsEmpty);
        Assert.Equal("c", Latin(reader.Next()!.Name));
        Assert.Null(reader.Next());
        Assert.Null(reader.Next());
        Assert.True(reader.IsEndMarked);
    }

    [Theory]
    [InlineData('0', "f", TarType.File)]
    [InlineData('\0', "f", TarType.File)]
    [InlineData('7', "f", TarType.File)]
    [InlineData('0', "d/", TarType.Folder)]
    [InlineData('\0', "d/", TarType.Folder)]
    [InlineData('1', "l", TarType.HardLink)]
    [InlineData('2', "l", TarType.SymbolicLink)]
    [InlineData('3', "c", TarType.CharacterDevice)]
    [InlineData('4', "b", TarType.BlockDevice)]
    [InlineData('5', "d", TarType.Folder)]
    [InlineData('6', "p", TarType.Fifo)]
    public void Types_are_told_apart(char flag, string name, TarType type) => Assert.Equal(type, One(new RawTar().Header(name, flag).End()).Type);

    [Fact]
    public void A_size_counts_for_files_only()
    {
        byte[] archive = new RawTar().Header("link", '1', RawTar.Octal(4096), "f").Header("folder", '5', RawTar.Octal(512)).Entry("f", "x").End();
        Assert.Equal(["link", "folder", "f"], Read(archive).Select(found => Latin(found.Entry.Name)));
    }

    [Fact]
    public void A_device_has_its_numbers()
    {
        TarEntry entry = One(new RawTar().Header("null", '3', edit: block => { RawTar.Put(block, 329, "0000001\0"); RawTar.Put(block, 337, "0000003\0"); }).End());
        Assert.Equal((1u, 3u), (entry.Major, entry.Minor));
    }

    [Fact]
    public void A_prefix_goes_before_the_name_where_the_format_has_one()
    {
        static void Prefix(byte[] block) => RawTar.Put(block, 345, "some/folder");
        Assert.Equal("some/folder/name", Latin(One(new RawTar().Header("name", edit: Prefix).End()).Name));
        Assert.Equal("name", Latin(One(new RawTar().Header("name", edit: Prefix, magic: "").End()).Name));
        Assert.Equal("some/folder/name", Latin(One(new RawTar().Header("name", edit: block => { Prefix(block); RawTar.Put(block, 476, "00000000000 00000000000 "); RawTar.Put(block, 508, "tar\0"); }).End()).Name));
    }

    [Fact]
    public void Gnu_s_long_names_and_links_are_taken()
    {
        string name = "a/" + new string('n', 300), link = "b/" + new string('l', 200);
        byte[] archive = new RawTar().Entry("././@LongLink", link + "\0", 'K', magic: "ustar  \0").Entry("././@LongLink", name + "\0", 'L', magic: "ustar  \0").Header(name[..100], '2', link: link[..100], magic: "ustar  \0").Entry("next", "").End();
        List<(TarEntry Entry, string)> found = Read(archive);
        Assert.Equal((name, link), (Latin(found[0].Entry.Name), Latin(found[0].Entry.Link)));
        Assert.Equal("next", Latin(found[1].Entry.Name));
    }

    [Fact]
    public void A_pax_header_replaces_what_the_header_says()
    {
        string name = new('n', 3000), value = "\x01\0\0\x02\0 \0=\n\xff";
        TarEntry entry = One(new RawTar().Pax($"path={name}", "linkpath=over there", "uid=3000000", "gid=4000000", "mtime=1700000000.123456789123", "size=3", $"SCHILY.xattr.security.capability={value}",
            "SCHILY.xattr.user.x=old", "SCHILY.xattr.user.x=new", "atime=5", "comment=whatever", "LIBARCHIVE.xattr.user.y=eA").Entry("short", "abc", edit: block => RawTar.Put(block, 124, "00000000000")).End());
        Assert.Equal((name, "over there", 3000000u, 4000000u, 3L), (Latin(entry.Name), Latin(entry.Link), entry.User, entry.Group, entry.Size));
        Assert.Equal((1700000000L, 123456789u), (entry.Modified, entry.ModifiedNanoseconds));
        Assert.Equal([("security.capability", value), ("user.x", "new")], entry.Attributes.Select(attribute => (attribute.Name.ToString(), Encoding.Latin1.GetString(attribute.Value))));
    }

    [Fact]
    public void A_pax_header_is_for_one_entry_and_a_global_one_for_none()
    {
        byte[] archive = new RawTar().Entry("pax_global_header", "19 path=elsewhere\n\n"[..19], 'g').Pax("path=long").Entry("a", "").Entry("b", "").End();
        Assert.Equal(["long", "b"], Read(archive).Select(found => Latin(found.Entry.Name)));
    }

    [Theory]
    [InlineData("mtime=-1.25", -2L, 750_000_000u)]
    [InlineData("mtime=-0.5", -1L, 500_000_000u)]
    [InlineData("mtime=-7", -7L, 0u)]
    [InlineData("mtime=0.000000001", 0L, 1u)]
    [InlineData("mtime=12.", 12L, 0u)]
    [InlineData("mtime=", 0L, 0u)]
    public void Times_have_fractions_and_may_be_before_1970(string record, long seconds, uint nanoseconds)
    {
        TarEntry entry = One(new RawTar().Pax(record).Entry("a", "").End());
        Assert.Equal((seconds, nanoseconds), (entry.Modified, entry.ModifiedNanoseconds));
    }

    [Fact]
    public void Names_stay_bytes()
    {
        Assert.Equal("caf\xe9", Latin(One(new RawTar().Header("caf\xe9").End()).Name));
        Assert.Equal("caf\xe9/\xff\xfe", Latin(One(new RawTar().Pax("path=caf\xe9/\xff\xfe").Header("x").End()).Name));
        Assert.Equal("caf\\xe9\\x1b[2J", Bytes("caf\xe9\x1b[2J").ToString());
    }

    [Fact]
    public void Numbers_may_be_binary()
    {
        TarEntry entry = One(new RawTar().Header("a", edit: block =>
        {
            ((byte[])[0x80, 0, 0, 0, 0, 0x2D, 0xC6, 0xC0]).CopyTo(block, 108);
            ((byte[])[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE]).CopyTo(block, 136);
        }).End());
        Assert.Equal((3_000_000u, -2L), (entry.User, entry.Modified));
    }

    [Fact]
    public void Old_checksums_summed_signed_bytes()
        => Assert.Equal("\xe9", Latin(One(new RawTar().Raw(Signed(new RawTar().Header("\xe9").Cut())).End()).Name));

    [Fact]
    public void Nothing_and_an_end_alone_are_empty_archives()
    {
        Assert.Empty(Read([]));
        Assert.Empty(Read(new RawTar().End()));
        Assert.Single(Read(new RawTar().Entry("a", "x").Cut()));
    }

    [Fact]
    public void Padding_after_the_end_is_read_when_it_is_drained()
    {
        var stream = new MemoryStream([.. new RawTar().Entry("a", "x").End(), .. new byte[300_000]]);
        var reader = new TarReader(stream);
        while (reader.Next() is not null) { }
        reader.Drain();
        Assert.Equal(stream.Length, stream.Position);
        Assert.Equal(stream.Length, reader.Position);
    }

    private static byte[] Signed(byte[] block)
    {
        int sum = 8 * ' ' + block.Select((value, i) => i is >= 148 and < 156 ? 0 : (sbyte)value).Sum();
        RawTar.Put(block, 148, Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ");
        return block;
    }

    private sealed class SlowStream(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, step));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, step)]);
    }

    [Theory]
    [InlineData("usr/share/long", "usr/share/long/file")]
    [InlineData("", "file")]
    [InlineData("01234567012\01234567012", "file")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\001234567012", "file")]
    public void Old_Go_wrote_GNUs_magic_and_a_prefix(string area, string expected)
        => Assert.Equal(expected, Latin(One(new RawTar().Entry("file", "x", edit: block => RawTar.Put(block, 345, area), magic: "ustar  \0").End()).Name));
}
