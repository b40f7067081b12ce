using PSContainer.Engine.Archives.Tar;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Archives;

/// <summary>Archives that are damaged, or made to do harm: one clear error each, and memory stays bounded.</summary>
public class BadTarTests
{
    private static void Refuses(string id, byte[] archive) => Fails.With(id, () =>
    {
        var reader = new TarReader(new MemoryStream(archive));
        while (reader.Next() is not null)
            while (!reader.ReadPart().IsEmpty) { }
    });

    [Fact]
    public void A_wrong_checksum_is_refused()
    {
        byte[] archive = new RawTar().Entry("a", "x").End();
        archive[0] ^= 1;
        Refuses("ArchiveInvalid", archive);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512 + 300)]
    [InlineData(1024 + 256)]
    public void What_is_cut_off_is_told_as_cut_off(int length) => Refuses("ArchiveTruncated", new RawTar().Entry("a", new string('x', 500)).Entry("b", "y").End()[..length]);

    [Fact]
    public void A_cut_padding_or_a_header_that_nothing_follows_is_cut_off()
    {
        Refuses("ArchiveTruncated", new RawTar().Entry("a", "x").Cut()[..600]);
        Refuses("ArchiveTruncated", new RawTar().Pax("path=a").Cut());
        Refuses("ArchiveTruncated", new RawTar().Entry("././@LongLink", "abc", 'L').Cut());
    }

    [Fact]
    public void Four_gigabytes_that_a_header_claims_are_cut_off() => Refuses("ArchiveTruncated", new RawTar().Header("bomb", size: "40000000000").End());

    [Fact]
    public void An_extended_header_is_bounded()
    {
        foreach (char type in "xgLK") Refuses("ArchiveInvalid", new RawTar().Header("x", type, RawTar.Octal((1 << 20) + 1)).End());
        Refuses("ArchiveInvalid", new RawTar().Header("x", 'x', "77777777777").End());
    }

    [Fact]
    public void A_name_is_bounded()
    {
        Refuses("ArchiveInvalid", new RawTar().Pax("path=" + new string('n', 4096)).Header("x").End());
        Refuses("ArchiveInvalid", new RawTar().Pax("linkpath=" + new string('n', 4096)).Header("x", '2').End());
        Refuses("ArchiveInvalid", new RawTar().Entry("././@LongLink", new string('n', 5000), 'L').Header("x").End());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("5 a=b\n")]
    [InlineData("7 a=b\n")]
    [InlineData("6 a=bX")]
    [InlineData("-6 a=b\n")]
    [InlineData("6 =ab\n")]
    [InlineData("6 abc\n")]
    [InlineData("0 a=b\n")]
    [InlineData("99999999999999999999 a=b\n")]
    [InlineData("12 path=a\0b\n")]
    [InlineData("10 size=x\n")]
    [InlineData("9 uid=1x\n")]
    [InlineData("12 mtime=x.1\n")]
    [InlineData("12 mtime=1.x\n")]
    [InlineData("18 SCHILY.xattr.=v\n")]
    public void A_malformed_extended_header_is_refused(string records) => Refuses("ArchiveInvalid", new RawTar().Entry("x", records, 'x').Header("a").End());

    [Theory]
    [InlineData("size=-1")]
    [InlineData("size=9223372036854775807")]
    [InlineData("uid=-1")]
    [InlineData("uid=4294967295")]
    [InlineData("uid=4294967296")]
    [InlineData("gid=4294967295")]
    public void A_number_that_can_t_be_is_refused(string record) => Refuses("ArchiveInvalid", new RawTar().Pax(record).Header("a").End());

    [Theory]
    [InlineData(100, "00x0644\0")]
    [InlineData(108, "9999999\0")]
    [InlineData(124, "0000 000000")]
    [InlineData(136, "-1")]
    [InlineData(108, "\x80\x00\x00\x01\x00\x00\x00\x00")]
    [InlineData(124, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")]
    [InlineData(124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")]
    public void A_field_that_is_no_number_is_refused(int offset, string text) => Refuses("ArchiveInvalid", new RawTar().Header("a", edit: block => RawTar.Put(block, offset, text)).End());

    [Fact]
    public void What_is_not_supported_says_so()
    {
        Refuses("ArchiveNotSupported", new RawTar().Header("a", 'S', magic: "ustar  \0").End());
        Refuses("ArchiveNotSupported", new RawTar().Pax("GNU.sparse.major=1", "GNU.sparse.minor=0").Header("a").End());
        foreach (char type in "8DMNVZ\x7f\xff") Refuses("ArchiveNotSupported", new RawTar().Header("a", type).End());
    }

    [Fact]
    public void Text_and_noise_are_no_archives()
    {
        Refuses("ArchiveInvalid", [.. Enumerable.Range(0, 2048).Select(i => (byte)(i * 7 + 1))]);
        Refuses("ArchiveTruncated", "this is no archive"u8.ToArray());
    }

    [Fact]
    public void An_entry_that_is_read_whole_is_bounded()
    {
        var reader = new TarReader(new MemoryStream(new RawTar().Entry("manifest.json", new string('x', 1001)).End()));
        reader.Next();
        Fails.With("ArchiveInvalid", () => reader.ReadAll(1000));
    }
}
