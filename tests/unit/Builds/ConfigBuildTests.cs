using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.State;

namespace PSContainer.Tests.Unit.Builds;

/// <summary>Builds that change no file, which need no root.</summary>
public sealed class ConfigBuildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
    private readonly List<BuildProgress> _told = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private StoredImage Build(string containerfile, Func<BuildRequest, BuildRequest>? with = null)
    {
        string context = Directory.CreateDirectory(Path.Combine(_folder, "context")).FullName;
        File.WriteAllText(Path.Combine(context, "Containerfile"), containerfile);
        var request = new BuildRequest(BuildContext.Open(context, null));
        return new ImageBuild(new ContainerEngine(StorageRoot.At(Path.Combine(_folder, "storage")), "absent"), null, _told.Add).Run(with?.Invoke(request) ?? request, CancellationToken.None);
    }

    private ImageConfig Config(string lines, params (string, string)[] arguments)
        => Build("FROM scratch\n" + lines, request => request with { Arguments = arguments.ToDictionary(pair => pair.Item1, pair => pair.Item2) }).Config;

    // Beside PATH, which comes first.
    private static IEnumerable<string> Own(ImageConfig config) => config.Env.Skip(1);

    private void Fails(string id, int line, string containerfile)
    {
        var failure = Assert.Throws<EngineException>(() => Build(containerfile));
        Assert.Equal(id, failure.Id);
        Assert.StartsWith($"Containerfile:{line}: ", failure.Message);
    }

    [Fact]
    public void The_configuration_is_what_the_instructions_say()
    {
        ImageConfig config = Config("""
            ENV A=1 B="two words"
            ENV C=$A-${B}
            LABEL com.example.a="x" b=$A
            USER app:staff
            EXPOSE 80 53/udp 8000-8002/TCP
            VOLUME /data "/with blank"
            VOLUME ["/json"]
            STOPSIGNAL SIGQUIT
            SHELL ["/bin/ash", "-eo", "pipefail", "-c"]
            ENTRYPOINT ["serve", "--port"]
            CMD echo $A
            HEALTHCHECK --interval=5s CMD test
            ONBUILD RUN echo later
            MAINTAINER Ann <ann@example.com>
            """);
        Assert.Equal(["A=1", "B=two words", "C=1-two words"], Own(config));
        Assert.Equal(("x", "1"), (config.Labels["com.example.a"], config.Labels["b"]));
        Assert.Equal("app:staff", config.User);
        Assert.Equal(["53/udp", "80/tcp", "8000/tcp", "8001/tcp", "8002/tcp"], config.ExposedPorts.Order(StringComparer.Ordinal));
        Assert.Equal(["/data", "/json", "/with blank"], config.Volumes.Order(StringComparer.Ordinal));
        Assert.Equal("SIGQUIT", config.StopSignal);
        Assert.Equal(["serve", "--port"], config.Entrypoint);
        Assert.Equal(["/bin/ash", "-eo", "pipefail", "-c", "echo $A"], config.Cmd);
        Assert.Equal(5.0, config.Healthcheck!.IntervalSeconds);
        Assert.Equal(["RUN echo later"], config.OnBuild);
        Assert.Equal("Ann <ann@example.com>", config.Author);
        Assert.Equal(14, config.History.Count);
        Assert.All(config.History, step => Assert.True(step.EmptyLayer));
        Assert.Equal(["ENV A=1 B=two words", "ENV C=1-two words"], config.History.Take(2).Select(step => step.CreatedBy));
        Assert.Contains("CMD [\"/bin/ash\" \"-eo\" \"pipefail\" \"-c\" \"echo $A\"]", config.History.Select(step => step.CreatedBy));
    }

    [Fact]
    public void Variables_have_one_value_in_one_instruction()
    {
        // docs.docker.com/reference/dockerfile#environment-replacement: def is hello, ghi is bye.
        ImageConfig config = Config("ENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc");
        Assert.Equal(["abc=bye", "def=hello", "ghi=bye"], Own(config));
    }

    [Fact]
    public void Arguments_come_from_the_caller_the_default_or_the_top()
    {
        string[] Env(string text, params (string, string)[] given) => [.. Build(text, request => request with { Arguments = given.ToDictionary(pair => pair.Item1, pair => pair.Item2) }).Config.Env.Skip(1)];
        Assert.Equal(["x=default"], Env("FROM scratch\nARG A=default\nENV x=$A"));
        Assert.Equal(["x=given"], Env("FROM scratch\nARG A=default\nENV x=$A", ("A", "given")));
        Assert.Equal(["x="], Env("FROM scratch\nENV x=$A", ("A", "given")));
        Assert.Equal(["x="], Env("ARG A=top\nFROM scratch\nENV x=$A"));
        Assert.Equal(["x=top"], Env("ARG A=top\nFROM scratch\nARG A\nENV x=$A"));
        Assert.Equal(["x=own"], Env("ARG A=top\nFROM scratch\nARG A=own\nENV x=$A"));
        Assert.Equal(["x=top-1"], Env("ARG A=top\nARG B=${A}-1\nFROM scratch\nARG B\nENV x=$B"));
        Assert.Equal(["A=env", "x=env"], Env("FROM scratch\nENV A=env\nARG A=arg\nENV x=$A", ("A", "given")));
        Assert.Equal([$"x={Platform.Here.Architecture}"], Env("FROM scratch\nARG TARGETARCH\nENV x=$TARGETARCH"));
        Assert.Equal(["x=12"], Env("FROM scratch\nARG A=1 B=2\nENV x=$A$B"));
    }

    [Fact]
    public void An_argument_that_nobody_asks_for_is_warned_of()
    {
        Config("ARG A", ("A", "1"), ("TYPO", "1"), ("HTTP_PROXY", "http://proxy"));
        Assert.Contains("TYPO", Assert.Single(_told, progress => progress.Event == BuildEvent.Warning).Text);
    }

    [Fact]
    public void An_entrypoint_drops_the_bases_command_and_keeps_its_own()
    {
        Assert.Empty(Build("FROM scratch AS a\nCMD [\"x\"]\nFROM a\nENTRYPOINT [\"y\"]").Config.Cmd);
        Assert.Equal(["x"], Build("FROM scratch\nCMD [\"x\"]\nENTRYPOINT [\"y\"]").Config.Cmd);
        Assert.Equal(["x"], Build("FROM scratch AS a\nCMD [\"x\"]\nFROM a\nUSER b").Config.Cmd);
    }

    [Fact]
    public void Stages_that_nobody_needs_are_left_out()
    {
        Build("FROM missing AS unused\nRUN false\nFROM scratch AS base\nENV a=1\nFROM base\nENV b=2");
        Assert.Equal(["base", "stage-2"], _told.Select(progress => progress.Stage).Distinct());
        _told.Clear();
        Assert.Equal(["a=1"], Own(Build("FROM scratch AS base\nENV a=1\nFROM missing\nENV b=2", request => request with { Target = "BASE" }).Config));
        Assert.Equal("StageUnknown", Assert.Throws<EngineException>(() => Build("FROM scratch", request => request with { Target = "x" })).Id);
    }

    [Fact]
    public void Triggers_run_in_whoever_builds_upon_the_image()
    {
        StoredImage first = Build("FROM scratch\nONBUILD ENV late=$early\nENV early=1", request => request with { Names = [ImageReference.Parse("first")] });
        Assert.Equal(["early=1"], Own(first.Config));
        ImageConfig second = Build("FROM first\nENV more=1").Config;
        Assert.Equal(["early=1", "late=1", "more=1"], Own(second));
        Assert.Empty(second.OnBuild);
    }

    [Fact]
    public void The_same_file_gives_the_same_image_and_names_move()
    {
        var name = ImageReference.Parse("app:1");
        StoredImage first = Build("FROM scratch\nENV a=1", request => request with { Names = [name, ImageReference.Parse("other")], Labels = new Dictionary<string, string> { ["l"] = "1" } });
        Assert.Equal(["app:1", "other:latest"], first.Names.Select(one => one.ShortName));
        Assert.Equal("1", first.Config.Labels["l"]);
        Assert.Equal(first.Id, Build("FROM scratch\nENV a=1", request => request with { Labels = new Dictionary<string, string> { ["l"] = "1" } }).Id);
        StoredImage next = Build("FROM scratch\nENV a=2", request => request with { Names = [name] });
        Assert.NotEqual(first.Id, next.Id);
        Assert.Equal(["app:1"], next.Names.Select(one => one.ShortName));
    }

    [Fact]
    public void The_time_of_a_reproducible_build_is_given()
    {
        var epoch = DateTimeOffset.FromUnixTimeSeconds(1700000000);
        ImageConfig config = Build("FROM scratch\nENV a=1", request => request with { Epoch = epoch }).Config;
        Assert.Equal((epoch, epoch), (config.Created!.Value, config.History[0].Created!.Value));
        Assert.Equal(epoch, BuildRequest.ParseEpoch(new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1700000000" }));
        foreach (string wrong in (string[])["-1", "now", "1e9", "99999999999999"])
            Assert.Equal("EpochInvalid", Assert.Throws<EngineException>(() => BuildRequest.ParseEpoch(new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = wrong })).Id);
    }

    [Theory]
    [InlineData("ImageNotFound", 1, "FROM absent.example/image:1")]
    [InlineData("ImageNameInvalid", 2, "ARG X=UPPER\nFROM $X")]
    [InlineData("ContainerfileInvalid", 1, "FROM $UNSET")]
    [InlineData("PlatformMissing", 1, "FROM --platform=plan9/vax scratch")]
    [InlineData("PortInvalid", 2, "FROM scratch\nEXPOSE 70000")]
    [InlineData("PortInvalid", 2, "FROM scratch\nEXPOSE 20-10")]
    [InlineData("PortInvalid", 2, "FROM scratch\nEXPOSE 80/icmp")]
    [InlineData("SignalUnknown", 2, "FROM scratch\nSTOPSIGNAL SIGNONE")]
    [InlineData("ContainerfileInvalid", 3, "FROM scratch\nARG U\nUSER $U")]
    [InlineData("VariableMissing", 2, "FROM scratch\nENV a=${B:?}")]
    [InlineData("StageUnknown", 2, "FROM scratch AS a\nCOPY --from=b x y\nFROM scratch AS b\nFROM a")]
    [InlineData("StageUnknown", 2, "FROM scratch AS a\nCOPY --from=a x y")]
    [InlineData("SourceNotFound", 2, "FROM scratch\nCOPY absent /x")]
    [InlineData("SourceNotFound", 2, "FROM scratch\nCOPY *.absent /x/")]
    [InlineData("SourceNotFound", 2, "FROM scratch\nCOPY ../../../etc/hostname /x")]
    [InlineData("ContainerfileInvalid", 2, "FROM scratch\nCOPY Containerfile Containerfile /x")]
    [InlineData("FlagInvalid", 2, "FROM scratch\nCOPY --chmod=999 Containerfile /x")]
    [InlineData("FlagInvalid", 2, "FROM scratch\nCOPY --chmod=u+x Containerfile /x")]
    [InlineData("SourceNotSupported", 2, "FROM scratch\nADD git@example.com:a/b.git /x")]
    public void What_can_t_be_built_is_named_with_its_line(string id, int line, string containerfile) => Fails(id, line, containerfile);

    [Fact]
    public void Only_asking_changes_nothing()
    {
        string context = Directory.CreateDirectory(Path.Combine(_folder, "context")).FullName;
        File.WriteAllText(Path.Combine(context, "Dockerfile"), "FROM absent.example/image:1 AS a\nRUN make\nFROM scratch\nCOPY --from=a /x /\nENV a=1");
        new ImageBuild(new ContainerEngine(StorageRoot.At(Path.Combine(_folder, "storage")), "absent"), null, _told.Add).Describe(new BuildRequest(BuildContext.Open(context, null)), CancellationToken.None);
        Assert.Equal(["FROM absent.example/image:1 AS a", "RUN make", "COPY --from=a /x /"], _told.Where(progress => progress.Event == BuildEvent.Wanted).Select(progress => progress.Text));
        Assert.False(Directory.Exists(Path.Combine(_folder, "storage/builds")));
        Assert.False(Directory.Exists(Path.Combine(_folder, "storage/images/blobs")));
    }

    [Fact]
    public void A_context_without_a_file_is_told()
    {
        Assert.Equal("ContextNotFound", Assert.Throws<EngineException>(() => BuildContext.Open(_folder + "/absent", null)).Id);
        Assert.Equal("ContainerfileNotFound", Assert.Throws<EngineException>(() => BuildContext.Open(_folder, null)).Id);
        Assert.Equal("ContainerfileNotFound", Assert.Throws<EngineException>(() => BuildContext.Open(_folder, _folder + "/x")).Id);
    }

    [Fact]
    public void A_base_without_a_PATH_has_the_usual_one()
    {
        const string usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        Assert.Contains("PATH=" + usual, Config("LABEL a=b").Env);
        Assert.Contains("PATH=/opt/x:" + usual, Config("ENV PATH=/opt/x:$PATH").Env);
    }
}
