using PSContainer.Engine;
using PSContainer.Engine.Builds.Language;

namespace PSContainer.Tests.Unit.Builds;

public class ExpansionTests
{
    private static readonly Dictionary<string, string> s_variables = new()
    {
        ["FOO"] = "/bar", ["abc"] = "hello", ["empty"] = "", ["str"] = "foobarbaz", ["two"] = "a b", ["b_1"] = "x", ["file"] = "a.tar.gz",
    };

    private static Expansion New(char escape = '\\') => new(new Place("Containerfile", 7), escape, s_variables.GetValueOrDefault);

    // The first are docs.docker.com/reference/dockerfile#environment-replacement.
    [Theory]
    [InlineData("${FOO}", "/bar")]
    [InlineData("$FOO", "/bar")]
    [InlineData("\\$FOO", "$FOO")]
    [InlineData("\\${FOO}", "${FOO}")]
    [InlineData("${FOO}_x", "/bar_x")]
    [InlineData("$FOO_x", "")]
    [InlineData("${str#f*b}", "arbaz")]
    [InlineData("${str##f*b}", "az")]
    [InlineData("${str%b*}", "foobar")]
    [InlineData("${str%%b*}", "foo")]
    [InlineData("${str/ba/fo}", "fooforbaz")]
    [InlineData("${str//ba/fo}", "fooforfoz")]
    [InlineData("${file%.gz}", "a.tar")]
    [InlineData("${file%%.*}", "a")]
    [InlineData("${file#x}", "a.tar.gz")]
    [InlineData("${unset:-word}", "word")]
    [InlineData("${empty:-word}", "word")]
    [InlineData("${empty-word}", "")]
    [InlineData("${unset-word}", "word")]
    [InlineData("${abc:-word}", "hello")]
    [InlineData("${abc:+word}", "word")]
    [InlineData("${empty:+word}", "")]
    [InlineData("${empty+word}", "word")]
    [InlineData("${unset+word}", "")]
    [InlineData("${unset:-${abc}-x}", "hello-x")]
    [InlineData("${unset:-\"a b\"}", "a b")]
    [InlineData("${abc:?no}", "hello")]
    [InlineData("'$FOO'", "$FOO")]
    [InlineData("\"$FOO\"", "/bar")]
    [InlineData("\"\\$FOO \\\\ \\x\"", "$FOO \\ \\x")]
    [InlineData("a\\ b", "a b")]
    [InlineData("a'b c'\"d\"", "ab cd")]
    [InlineData("$b_1.y", "x.y")]
    [InlineData("5$", "5$")]
    [InlineData("$.", "$.")]
    [InlineData("$1x", "x")]
    [InlineData("", "")]
    [InlineData("back\\", "back")]
    public void Text_is_as_docker_makes_it(string text, string expected) => Assert.Equal(expected, New().Text(text));

    [Fact]
    public void One_instruction_sees_one_value()
    {
        Assert.Equal("$FOO", New('`').Text("`$FOO"));
        Assert.Equal("\\/bar", New('`').Text("\\$FOO"));
    }

    [Fact]
    public void Blanks_of_a_variable_part_words_but_not_in_quotes()
    {
        Assert.Equal(["a", "b", "c"], New().List("$two c"));
        Assert.Equal(["a b", "c"], New().List("\"$two\" c"));
        Assert.Equal(["x y"], New().List("'x y'"));
        Assert.Empty(New().List(" $unset "));
    }

    [Theory]
    [InlineData("${", "VariableInvalid")]
    [InlineData("${}", "VariableInvalid")]
    [InlineData("${FOO", "VariableInvalid")]
    [InlineData("${FOO:", "VariableInvalid")]
    [InlineData("${FOO:-x", "VariableInvalid")]
    [InlineData("${FOO!x}", "VariableInvalid")]
    [InlineData("${FOO:#x}", "VariableInvalid")]
    [InlineData("${FOO/x}", "VariableInvalid")]
    [InlineData("'open", "VariableInvalid")]
    [InlineData("\"open", "VariableInvalid")]
    [InlineData("${unset:?give it}", "VariableMissing")]
    [InlineData("${empty:?}", "VariableMissing")]
    public void What_is_malformed_is_refused(string text, string id)
    {
        var failure = Assert.Throws<EngineException>(() => New().Text(text));
        Assert.Equal(id, failure.Id);
        Assert.StartsWith("Containerfile:7: ", failure.Message);
    }
}
