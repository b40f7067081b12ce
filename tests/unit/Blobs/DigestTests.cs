using System.Text;
using PSContainer.Engine.Blobs;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Blobs;

/// <summary>Digests end up as file names: nothing but 64 lower-case digits may come through (CVE-2024-3727).</summary>
public class DigestTests
{
    private const string Empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void It_is_the_sha256_of_the_content()
    {
        Assert.Equal(Empty, Digest.Of([]).ToString());
        Assert.Equal("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digest.Of("abc"u8).ToString());
        Assert.Equal(Digest.Parse(Empty), Digest.Of([]));
        Assert.Equal("e3b0c44298fc", Digest.Of([]).Short);
    }

    public static TheoryData<string> Wrong => new(
        "", "sha256:", Empty[7..], Empty.ToUpperInvariant(), Empty[..^1], Empty + "0", "sha512:" + Empty[7..], "SHA256:" + Empty[7..], " " + Empty, Empty + "\n",
        "sha256:../../../../../../../../../../../../../../../../../../../../../etc/x", "sha256:" + new string('g', 64), "sha256:" + new string('/', 64), "sha256:" + new string('\0', 64));

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Nothing_else_is_a_digest(string text)
    {
        Assert.False(Digest.TryParse(text, out _));
        Fails.With("DigestInvalid", () => Digest.Parse(text));
    }

    [Fact]
    public void One_that_was_never_set_is_no_file_name() => Assert.Throws<InvalidOperationException>(() => default(Digest).Hex);

    [Fact]
    public void They_sort_as_their_texts()
    {
        Digest[] digests = [.. Enumerable.Range(0, 20).Select(i => Digest.Of(Encoding.ASCII.GetBytes($"{i}"))).Order()];
        Assert.Equal(digests.Select(digest => digest.ToString()).Order(StringComparer.Ordinal), digests.Select(digest => digest.ToString()));
    }
}
