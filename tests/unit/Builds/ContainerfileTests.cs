using PSContainer.Engine;
using PSContainer.Engine.Builds.Language;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Builds;

public class ContainerfileTests
{
    private static Containerfile Parse(string text) => Containerfile.Parse(text, "Containerfile");

    private static T Step<T>(string line) where T : Instruction => Assert.IsType<T>(Assert.Single(Parse("FROM scratch\n" + line).Stages[0].Steps));

    private static void FailsAt(string id, int line, string text)
    {
        var failure = Assert.Throws<EngineException>(() => Parse(text));
        Assert.Equal(id, failure.Id);
        Assert.StartsWith($"Containerfile:{line}: ", failure.Message);
        Assert.NotNull(failure.Advice);
    }

    [Fact]
    public void Lines_go_on_and_comments_between_them_go()
    {
        // docs.docker.com/reference/dockerfile#format
        var run = Step<RunInstruction>("# a comment\n  RUN echo hello \\\n# in the midst\n   # indented\n\n    world");
        Assert.Equal(["echo hello     world"], run.Command.Words);
        Assert.Equal(3, run.Place.Line);
        Assert.False(run.Command.IsExec);
    }

    [Fact]
    public void An_escaped_escape_ends_its_line()
    {
        Containerfile file = Parse("FROM scratch\nRUN echo \\\\\nRUN b");
        Assert.Equal(["echo \\\\", "b"], file.Stages[0].Steps.Cast<RunInstruction>().Select(run => run.Command.Words[0]));
    }

    [Theory]
    [InlineData("# escape=`\nFROM scratch\nCOPY a `\n b", '`')]
    [InlineData("#escape = `\r\nFROM scratch\r\nCOPY a `\r\n b", '`')]
    [InlineData("# syntax=docker/dockerfile:1\n# escape=`\nFROM scratch\nCOPY a `\n b", '`')]
    [InlineData("# a comment\n# escape=`\nFROM scratch\nCOPY a \\\n b", '\\')]
    [InlineData("\n# escape=`\nFROM scratch\nCOPY a \\\n b", '\\')]
    [InlineData("# unknown=x\n# escape=`\nFROM scratch\nCOPY a \\\n b", '\\')]
    [InlineData("\uFEFFFROM scratch\nCOPY a \\  \n b", '\\')]
    public void Directives_stand_at_the_very_top(string text, char escape)
    {
        Containerfile file = Parse(text);
        Assert.Equal(escape, file.Escape);
        var copy = Assert.IsType<CopyInstruction>(Assert.Single(file.Stages[0].Steps));
        Assert.Equal(["a", "b"], copy.Sources.Append(copy.Destination));
    }

    [Theory]
    [InlineData("RUN [\"/bin/bash\", \"-c\", \"echo hello\"]", true, "/bin/bash|-c|echo hello")]
    [InlineData("RUN [ 'not', 'json' ]", false, "[ 'not', 'json' ]")]
    [InlineData("run echo \"a  b\"", false, "echo \"a  b\"")]
    [InlineData("RUN []", true, "")]
    public void Programs_come_as_json_or_as_a_line(string line, bool isExec, string words)
    {
        CommandLine command = Step<RunInstruction>(line).Command;
        Assert.Equal((isExec, words), (command.IsExec, string.Join('|', command.Words)));
    }

    [Fact]
    public void A_line_goes_through_the_shell_and_an_array_does_not()
    {
        Assert.Equal(["/bin/sh", "-c", "a b"], Step<CmdInstruction>("CMD a b").Command.Arguments([]));
        Assert.Equal(["/bin/bash", "-o", "a b"], Step<CmdInstruction>("CMD a b").Command.Arguments(["/bin/bash", "-o"]));
        Assert.Equal(["a", "b"], Step<CmdInstruction>("CMD [\"a\", \"b\"]").Command.Arguments(["/bin/bash", "-o"]));
    }

    [Theory]
    [InlineData("ENV MY_NAME=\"John Doe\" MY_DOG=Rex\\ The\\ Dog MY_CAT=fluffy", "MY_NAME=\"John Doe\"|MY_DOG=Rex\\ The\\ Dog|MY_CAT=fluffy")]
    [InlineData("ENV ONE TWO= THREE=world", "ONE=TWO= THREE=world")]
    [InlineData("ENV a='x y' b=", "a='x y'|b=")]
    [InlineData("ENV a=\"x\\\"y z\"", "a=\"x\\\"y z\"")]
    public void Pairs_keep_their_quotes_for_expansion(string line, string pairs)
        => Assert.Equal(pairs, string.Join('|', Step<EnvInstruction>(line).Pairs.Select(pair => $"{pair.Name}={pair.Value}")));

    [Fact]
    public void Labels_go_over_several_lines()
    {
        var label = Step<LabelInstruction>("LABEL multi.label1=\"value1\" \\\n      multi.label2=\"value2\" \\\n      other=\"value3\"");
        Assert.Equal(["multi.label1", "multi.label2", "other"], label.Pairs.Select(pair => pair.Name));
    }

    [Fact]
    public void Copies_have_flags_sources_and_a_destination()
    {
        var copy = Step<CopyInstruction>("COPY --from=build --chown=app:app --chmod=0644 --link --exclude=*.md --exclude=tmp a b \"/with blank/\"");
        Assert.Equal(("build", "app:app", "0644"), (copy.From, copy.Owner, copy.Mode));
        Assert.Equal(["*.md", "tmp"], copy.Excluded);
        Assert.Equal(["a", "b"], copy.Sources);
        Assert.Equal("\"/with blank/\"", copy.Destination);
        Assert.Equal(["with blank.txt"], Step<CopyInstruction>("COPY [\"with blank.txt\", \"/x/\"]").Sources);
        var add = Step<CopyInstruction>("ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://mirrors.edge.kernel.org/pub/linux/kernel/Historic/linux-0.01.tar.gz /");
        Assert.True(add.IsAdd && add.Checksum!.StartsWith("sha256:2445"));
    }

    [Fact]
    public void Documents_follow_their_instruction()
    {
        // docs.docker.com/reference/dockerfile#here-documents
        Containerfile file = Parse("FROM debian\nRUN <<EOT bash\n  set -ex\n  apt-get update\nEOT\nRUN <<FILE1 cat > file1 && <<FILE2 cat > file2\nI am\nfirst\nFILE1\nI am\nsecond\nFILE2\nCOPY <<-\"EOT\" /script.sh\n\techo hello ${FOO}\n\tEOT\nCMD x");
        IReadOnlyList<Instruction> steps = file.Stages[0].Steps;
        Assert.Equal(4, steps.Count);
        var bash = Assert.IsType<RunInstruction>(steps[0]);
        Assert.Equal(["/bin/sh", "-c", "<<EOT bash\n  set -ex\n  apt-get update\nEOT"], RunReader.Arguments(bash, []));
        var two = Assert.IsType<RunInstruction>(steps[1]);
        Assert.Equal(["I am\nfirst\n", "I am\nsecond\n"], two.Documents.Select(document => document.Content));
        var copy = Assert.IsType<CopyInstruction>(steps[2]);
        Assert.Equal(("echo hello ${FOO}\n", false, "/script.sh"), (copy.Documents[0].Body, copy.Documents[0].Expands, copy.Destination));
        Assert.Equal(16, steps[3].Place.Line);
    }

    [Fact]
    public void A_document_alone_is_the_script()
    {
        var run = Step<RunInstruction>("RUN <<EOF\nmkdir -p foo/bar\nEOF");
        Assert.Equal(["/bin/sh", "-c", "mkdir -p foo/bar\n"], RunReader.Arguments(run, []));
        Assert.Null(RunReader.Program(run));
        Assert.Equal("#!/usr/bin/env python\nprint(\"hello world\")\n", RunReader.Program(Step<RunInstruction>("RUN <<EOF\n#!/usr/bin/env python\nprint(\"hello world\")\nEOF")));
        Assert.Empty(Step<RunInstruction>("RUN echo $((1 << 3))").Documents);
        Assert.Empty(Step<RunInstruction>("RUN [\"cat\", \"<<EOF\"]").Documents);
    }

    [Fact]
    public void Stages_have_names_and_numbers()
    {
        Containerfile file = Parse("ARG V=1\nFROM --platform=$BUILDPLATFORM golang:$V AS Build\nRUN make\nFROM scratch\nCOPY --from=build /a /\n");
        Assert.Equal("V", file.Arguments[0].Arguments[0].Name);
        Assert.Equal(("golang:$V", "build", "$BUILDPLATFORM"), (file.Stages[0].From.Base, file.Stages[0].Name, file.Stages[0].From.Platform));
        Assert.Same(file.Stages[0], file.Find("BUILD"));
        Assert.Same(file.Stages[1], file.Find("1"));
        Assert.Null(file.Find("2"));
        Assert.Equal("stage-1", file.Stages[1].Title);
    }

    [Fact]
    public void Health_checks_are_read_as_docker_does()
    {
        var check = Step<HealthcheckInstruction>("HEALTHCHECK --interval=5m --timeout=3s --start-period=1m30s --start-interval=500ms --retries=4 CMD curl -f http://localhost/ || exit 1").Check;
        Assert.Equal(["CMD-SHELL", "curl -f http://localhost/ || exit 1"], check.Test);
        Assert.Equal((300.0, 3.0, 90.0, 0.5, 4), (check.IntervalSeconds!.Value, check.TimeoutSeconds!.Value, check.StartPeriodSeconds!.Value, check.StartIntervalSeconds!.Value, check.Retries!.Value));
        Assert.Equal(["CMD", "a", "b"], Step<HealthcheckInstruction>("HEALTHCHECK CMD [\"a\",\"b\"]").Check.Test);
        Assert.Equal(["NONE"], Step<HealthcheckInstruction>("healthcheck none").Check.Test);
    }

    [Theory]
    [InlineData("ContainerfileInvalid", 1, "")]
    [InlineData("ContainerfileInvalid", 1, "# nothing\n")]
    [InlineData("ContainerfileInvalid", 2, "# x\nRUN a\nFROM b")]
    [InlineData("ContainerfileInvalid", 1, "# escape=x\nFROM a")]
    [InlineData("ContainerfileInvalid", 2, "# escape=`\n# escape=`\nFROM a")]
    [InlineData("InstructionUnknown", 2, "FROM a\nRNU x")]
    [InlineData("InstructionUnknown", 4, "FROM a\nRUN a \\\n b\n&& c")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nRUN")]
    [InlineData("ContainerfileInvalid", 1, "FROM a b")]
    [InlineData("ContainerfileInvalid", 1, "FROM a AS 1b")]
    [InlineData("ContainerfileInvalid", 1, "FROM a AS scratch")]
    [InlineData("ContainerfileInvalid", 3, "FROM a AS b\n\nFROM c AS B")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nCOPY x")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nENV x")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nENV a=b c")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nENV =c")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nARG =c")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nCMD [\"a\", 1]")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nSHELL /bin/sh -c")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nONBUILD ONBUILD RUN a")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nONBUILD FROM a")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nHEALTHCHECK EXEC a")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nHEALTHCHECK NONE a")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nHEALTHCHECK CMD")]
    [InlineData("ContainerfileInvalid", 2, "FROM a\nCOPY --from=$x a b")]
    [InlineData("FlagInvalid", 2, "FROM a\nHEALTHCHECK --interval=5 CMD a")]
    [InlineData("FlagInvalid", 2, "FROM a\nHEALTHCHECK --retries=0 CMD a")]
    [InlineData("FlagInvalid", 2, "FROM a\nCOPY --chown= a b")]
    [InlineData("FlagInvalid", 2, "FROM a\nCOPY --chown=a --chown=b a b")]
    [InlineData("FlagInvalid", 2, "FROM a\nRUN --network=web a")]
    [InlineData("FlagUnknown", 2, "FROM a\nCOPY --form=x a b")]
    [InlineData("FlagUnknown", 2, "FROM a\nADD --from=x a b")]
    [InlineData("FlagUnknown", 2, "FROM a\nENV --x a=b")]
    [InlineData("FlagNotSupported", 2, "FROM a\nRUN --mount=type=cache,target=/x a")]
    [InlineData("HeredocUnterminated", 2, "FROM a\nRUN <<EOF\na\n EOF")]
    public void What_is_wrong_is_named_with_its_line(string id, int line, string text) => FailsAt(id, line, text);

    [Fact]
    public void A_missing_or_binary_file_is_told()
    {
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            Fails.With("ContainerfileNotFound", () => Containerfile.Load(folder + "/absent", "absent"));
            File.WriteAllBytes(folder + "/binary", [0x46, 0xff, 0xfe, 0x00]);
            Fails.With("ContainerfileInvalid", () => Containerfile.Load(folder + "/binary", "binary"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
