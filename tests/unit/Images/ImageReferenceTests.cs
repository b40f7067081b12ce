using PSContainer.Engine.Images;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Images;

/// <summary>Names as docker's reference grammar has them.</summary>
public class ImageReferenceTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest")]
    [InlineData("centos:7", "docker.io/library/centos:7", "centos:7")]
    [InlineData("library/ubuntu:Jammy_1.0-x", "docker.io/library/ubuntu:Jammy_1.0-x", "ubuntu:Jammy_1.0-x")]
    [InlineData("me/app", "docker.io/me/app:latest", "me/app:latest")]
    [InlineData("docker.io/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest")]
    [InlineData("index.docker.io/me/app:1", "docker.io/me/app:1", "me/app:1")]
    [InlineData("localhost/app", "localhost/app:latest", "localhost/app:latest")]
    [InlineData("localhost:5000/app:2", "localhost:5000/app:2", "localhost:5000/app:2")]
    [InlineData("registry.example.org/team/group/app", "registry.example.org/team/group/app:latest", "registry.example.org/team/group/app:latest")]
    [InlineData("[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000/app:latest")]
    [InlineData("a/b.c_d__e---f/g0", "docker.io/a/b.c_d__e---f/g0:latest", "a/b.c_d__e---f/g0:latest")]
    [InlineData("ubuntu@sha256:" + Hex, "docker.io/library/ubuntu@sha256:" + Hex, "ubuntu@sha256:" + Hex)]
    public void A_name_is_completed_and_shortened(string text, string full, string shortened)
    {
        var name = ImageReference.Parse(text);
        Assert.Equal((full, shortened), (name.FullName, name.ShortName));
        Assert.Equal(full, ImageReference.Parse(name.FullName).FullName);
        Assert.Equal(full, ImageReference.Parse(name.ShortName).FullName);
    }

    [Fact]
    public void A_tag_beside_a_digest_is_known_and_the_digest_counts()
    {
        var name = ImageReference.Parse("me/app:1.0@sha256:" + Hex);
        Assert.Equal(("1.0", Hex, "docker.io/me/app@sha256:" + Hex), (name.Tag, name.Digest?.Hex, name.FullName));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":latest")]
    [InlineData("Ubuntu")]
    [InlineData("me/App:1")]
    [InlineData("Foo/bar")]
    [InlineData("ubuntu:")]
    [InlineData("ubuntu:.x")]
    [InlineData("ubuntu:-x")]
    [InlineData("ubuntu:a/b")]
    [InlineData("ubuntu:a b")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a/../b")]
    [InlineData("../a")]
    [InlineData("a___b")]
    [InlineData("a..b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a.")]
    [InlineData("host:0/a")]
    [InlineData("host:99999/a")]
    [InlineData("host:x/a")]
    [InlineData("-host.org/a")]
    [InlineData("ho st.org/a")]
    [InlineData("[zz]:5000/a")]
    [InlineData("a\nb")]
    [InlineData("a\u001b[2Jb")]
    [InlineData("ünter")]
    [InlineData(Hex)]
    public void What_can_t_be_a_name_is_refused(string text) => Fails.With("ImageNameInvalid", () => ImageReference.Parse(text));

    [Fact]
    public void Lengths_are_bounded()
    {
        ImageReference.Parse("a:" + new string('t', 128));
        Fails.With("ImageNameInvalid", () => ImageReference.Parse("a:" + new string('t', 129)));
        Fails.With("ImageNameInvalid", () => ImageReference.Parse("me/" + new string('a', 300)));
    }

    [Theory]
    [InlineData("a@sha256:" + "e3")]
    [InlineData("a@md5:" + Hex)]
    [InlineData("a@")]
    [InlineData("a@sha256:../../../../../../../../../../../../../../../../../../../../../etc/x")]
    public void A_digest_that_is_none_is_refused(string text) => Fails.With("DigestInvalid", () => ImageReference.Parse(text));

    [Fact]
    public void Nothing_that_a_terminal_obeys_is_told_back()
    {
        var failure = Assert.Throws<PSContainer.Engine.EngineException>(() => ImageReference.Parse("A\u001b[2J\u202e"));
        Assert.DoesNotContain(failure.Message + failure.Advice, c => c is '\u001b' or '\u202e');
    }
}
