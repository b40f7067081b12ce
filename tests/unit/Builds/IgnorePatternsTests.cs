using PSContainer.Engine;
using PSContainer.Engine.Builds.Context;

namespace PSContainer.Tests.Unit.Builds;

public class IgnorePatternsTests
{
    // The patterns of docs.docker.com/build/concepts/context, and what moby's patternmatcher is tested with.
    [Theory]
    [InlineData("*/temp*", "somedir/temporary.txt", true)]
    [InlineData("*/temp*", "temporary.txt", false)]
    [InlineData("*/*/temp*", "somedir/subdir/temporary.txt", true)]
    [InlineData("temp?", "tempa", true)]
    [InlineData("temp?", "temp", false)]
    [InlineData("temp?", "dir/tempa", false)]
    [InlineData("**/*.go", "a.go", true)]
    [InlineData("**/*.go", "a/b/c.go", true)]
    [InlineData("**/*.go", "a/b/c.god", false)]
    [InlineData("*.md\n!README.md", "README.md", false)]
    [InlineData("*.md\n!README.md", "a.md", true)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-x.md", false)]
    [InlineData("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false)]
    [InlineData("/foo/bar", "foo/bar", true)]
    [InlineData("foo/", "foo", true)]
    [InlineData("foo", "foo/bar/baz", true)]
    [InlineData("foo", "x/foo", false)]
    [InlineData("foo\n!foo/bar", "foo/bar", false)]
    [InlineData("foo\n!foo/bar", "foo/baz", true)]
    [InlineData("# foo\n  bar  ", "bar", true)]
    [InlineData("# foo", "foo", false)]
    [InlineData("#foo", "#foo", false)]
    [InlineData("\\#foo", "#foo", true)]
    [InlineData("**", "a/b", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**/c", "a/c", true)]
    [InlineData("a/**/c", "a/b/b/c", true)]
    [InlineData("**/c", "c", true)]
    [InlineData("**/c", "abc", false)]
    [InlineData("file[a-c].txt", "fileb.txt", true)]
    [InlineData("file[^a-c].txt", "fileb.txt", false)]
    [InlineData("file[^a-c].txt", "filed.txt", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a(b)+$", "a(b)+$", true)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("../x/./y", "x/y", true)]
    [InlineData(".", "anything", false)]
    [InlineData("*\n!a", "a/b", false)]
    [InlineData("*\n! a", "a", false)]
    [InlineData("", "a", false)]
    [InlineData("A", "a", false)]
    public void The_last_pattern_that_matches_decides(string patterns, string path, bool isIgnored)
        => Assert.Equal(isIgnored, IgnorePatterns.Parse(patterns, ".dockerignore").Ignores(path));

    [Theory]
    [InlineData("a\n[b", 2)]
    [InlineData("!", 1)]
    [InlineData("\n\n[]", 3)]
    public void A_bad_pattern_is_named_with_its_line(string patterns, int line)
    {
        var failure = Assert.Throws<EngineException>(() => IgnorePatterns.Parse(patterns, ".dockerignore"));
        Assert.Equal("IgnoreFileInvalid", failure.Id);
        Assert.StartsWith($".dockerignore:{line}: ", failure.Message);
    }

    [Fact]
    public void A_pattern_that_is_made_to_be_slow_is_not()
    {
        // Backtracking would need ages for this.
        IgnorePatterns patterns = IgnorePatterns.Parse(string.Concat(Enumerable.Repeat("*a", 40)) + "b", ".dockerignore");
        Assert.False(patterns.Ignores(new string('a', 4000)));
    }
}
