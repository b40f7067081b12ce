using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds;
using PSContainer.Engine.Builds.Cache;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Builds;

/// <summary>Whole builds: stages, RUN, the cache.</summary>
public sealed class BuildTests : IDisposable
{
    private readonly BuildFolder _build = new();

    public void Dispose()
    {
        _build.CheckClean();
        _build.Dispose();
    }

    private const string TwoStages = """
        ARG BASE=busybox
        FROM $BASE AS make
        ARG WORD=hello
        WORKDIR /work
        COPY src ./
        RUN cat a.txt sub/b.txt > out && echo $WORD >> out && rm a.txt && mkdir -p empty/deep
        FROM busybox AS unused
        RUN false
        FROM busybox
        COPY --from=make /work/out /app/
        ENV NAME=app
        CMD ["cat", "/app/out"]
        """;

    private BuildFolder TwoStageContext() => _build.WithBusybox().Write("src/a.txt", "a\n").Write("src/sub/b.txt", "b\n");

    [SystemFact]
    public void Stages_are_built_and_copied_from()
    {
        StoredImage image = TwoStageContext().Build(TwoStages);
        Assert.Equal(["a", "b", "hello"], _build.Print(image, "cat /app/out"));
        Assert.Equal(["/bin", "/bin/sh"], _build.Print(image, "ls -d /work /bin /bin/sh 2>/dev/null"));
        Assert.Equal(["cat", "/app/out"], image.Config.Cmd);
        Assert.Equal(image.Config.History.Count(step => !step.EmptyLayer), image.Config.DiffIds.Count);
        StoredImage make = _build.Build(TwoStages, request => request with { Target = "make" });
        Assert.Equal(["/work/empty", "/work/empty/deep", "/work/out", "/work/sub", "/work/sub/b.txt"], _build.Print(make, "find /work -mindepth 1 | sort"));
        Assert.Equal("/work", make.Config.WorkingDir);
    }

    [SystemFact]
    public void Run_has_the_wall_of_every_container()
    {
        _build.WithBusybox().Build("FROM busybox\nRUN grep -E '^(Seccomp|NoNewPrivs|CapEff|Groups):' /proc/self/status; unshare -m true; mount -t tmpfs t /tmp; true\n");
        Assert.Equal(["CapEff:\t00000000a80425fb", "Groups:\t0 ", "NoNewPrivs:\t1", "Seccomp:\t2"], _build.Printed[..4].Order(StringComparer.Ordinal));
        Assert.Equal(2, _build.Printed[4..].Count(line => line.Contains("ermi", StringComparison.Ordinal)));
    }

    [SystemFact]
    public void What_has_not_changed_is_not_done_again()
    {
        StoredImage first = TwoStageContext().Build(TwoStages);
        Assert.Equal(4, _build.Done.Length);
        StoredImage again = _build.Build(TwoStages);
        Assert.Empty(_build.Done);
        Assert.Equal(first.Id, again.Id);

        // A new time is no change, a new mode is one; what does not reach the last stage does not change it.
        File.SetLastWriteTimeUtc(Path.Combine(_build.Context, "src/a.txt"), DateTime.UnixEpoch);
        Assert.Equal(first.Id, _build.Build(TwoStages).Id);
        Assert.Empty(_build.Done);
        File.SetUnixFileMode(Path.Combine(_build.Context, "src/a.txt"), UnixFileMode.UserRead);
        Assert.Equal(first.Config.DiffIds, _build.Build(TwoStages).Config.DiffIds);
        Assert.Equal(["COPY src ./", "RUN"], _build.Done.Select(text => text.StartsWith("RUN") ? "RUN" : text));

        _build.Write("src/a.txt", "other\n");
        Assert.Equal(["other", "b", "hello"], _build.Print(_build.Build(TwoStages), "cat /app/out"));
        Assert.Equal(3, _build.Done.Length);
        Assert.Equal(["other", "b", "bye"], _build.Print(_build.Build(TwoStages, request => request with { Arguments = new Dictionary<string, string> { ["WORD"] = "bye" } }), "cat /app/out"));
        Assert.Equal(2, _build.Done.Length);
        _build.Build(TwoStages, request => request with { NoCache = true });
        Assert.Equal(4, _build.Done.Length);
    }

    [SystemFact]
    public void A_run_sees_the_image_and_its_arguments()
    {
        _build.WithBusybox().Build("""
            FROM busybox
            ARG GIVEN=1
            ENV SET=2 SHADOWED=env
            ARG SHADOWED=arg
            WORKDIR /tmp/x
            RUN echo $GIVEN $SET $SHADOWED $HTTP_PROXY $(pwd) $(id -u)
            USER ann
            RUN ["sh", "-c", "id -u; id -G; echo $0 $HOME", "zero"]
            SHELL ["/bin/sh", "-ec"]
            RUN false; echo not here || true
            """.Replace("RUN false; echo not here || true", "RUN echo \"in $0\""), request => request with { Arguments = new Dictionary<string, string> { ["HTTP_PROXY"] = "http://proxy" } });
        Assert.Equal(["1 2 env http://proxy /tmp/x 0", "1000", "1000 50", "zero /home", "in /bin/sh"], _build.Printed);
    }

    [SystemFact]
    public void Documents_are_scripts_programs_and_files()
    {
        StoredImage image = _build.WithBusybox().Build("""
            FROM busybox
            ENV NAME=world
            RUN <<EOF
            echo first
            echo second $NAME
            EOF
            RUN <<EOF
            #!/bin/cat
            the second line
            EOF
            RUN cat <<A && cat <<B
            a $NAME
            A
            b
            B
            COPY <<one <<"two" /etc/docs/
            hello "$NAME"
            one
            hello "$NAME"
            two
            """);
        Assert.Equal(["first", "second world", "#!/bin/cat", "the second line", "a world", "b"], _build.Printed);
        Assert.Equal(["hello \"world\"", "hello \"$NAME\""], _build.Print(image, "cat /etc/docs/one /etc/docs/two"));
        Assert.Equal(["/etc/docs/one 644 0:0"], _build.Listing(image, "/etc/docs/one"));
    }

    [SystemFact]
    public void A_run_that_fails_is_named_with_its_line_and_last_words()
    {
        EngineException failure = _build.WithBusybox().Fails("RunFailed", "FROM busybox\nRUN echo kept\n\nRUN for i in $(seq 100); do echo line $i; done; echo why >&2; exit 42");
        Assert.StartsWith("Containerfile:4: ", failure.Message);
        Assert.Contains("42", failure.Message);
        Assert.Contains("why", failure.Message);
        Assert.Contains("line 100", failure.Message);
        Assert.DoesNotContain("line 50\n", failure.Message);
        Assert.StartsWith("Containerfile:2: ", _build.Fails("CommandNotFound", "FROM busybox\nRUN [\"/absent\"]").Message);
        _build.CheckClean();
        _build.Build("FROM busybox\nRUN echo kept");
        Assert.Empty(_build.Done);
    }

    [SystemFact]
    public void What_a_run_removes_is_gone_and_a_run_that_writes_nothing_makes_no_layer()
    {
        StoredImage image = _build.WithBusybox().Write("d/x", "x").Write("d/y", "y").Build("FROM busybox\nCOPY d /d\nRUN rm /d/x\nRUN rm -r /d && mkdir /d && echo z >/d/z\nRUN true\nRUN rm /etc/group");
        Assert.Equal(["/d/z"], _build.Print(image, "find /d -type f; ls /etc/group 2>/dev/null"));
        Assert.Equal(2 + 4, image.Config.DiffIds.Count);
        Assert.True(image.Config.History[^2].EmptyLayer);
        Assert.False(image.Config.History[^1].EmptyLayer);
    }

    [SystemFact]
    public void Two_builds_at_a_given_time_are_one_image()
    {
        StoredImage Build() => TwoStageContext().Build(TwoStages, request => request with { NoCache = true, Epoch = DateTimeOffset.FromUnixTimeSeconds(1700000000) });
        StoredImage first = Build();
        _build.Write("src/a.txt", "a\n");
        Assert.Equal(first.Id, Build().Id);
        Assert.Equal(["1700000000"], _build.Print(first, "stat -c %Y /app/out"));
    }

    [SystemFact]
    public void The_network_is_what_was_asked_for()
    {
        string[] Links(string run, string network)
        {
            _build.Build($"FROM busybox\nRUN {run} ls /sys/class/net", request => request with { NoCache = true, Network = network });
            return _build.Printed;
        }
        string[] host = [.. Directory.GetFileSystemEntries("/sys/class/net").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        _build.WithBusybox();
        Assert.Equal(["lo"], Links("", "none"));
        Assert.Equal(["lo"], Links("--network=none", "host"));
        if (host.Length > 1) Assert.NotEqual(["lo"], Links("", "host"));
    }

    [SystemFact]
    public void A_build_that_is_stopped_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        _build.WithBusybox();
        var building = Task.Run(() => Assert.ThrowsAny<OperationCanceledException>(() => _build.Build("FROM busybox\nRUN echo begun; sleep 1000", cancelled: stop.Token)));
        Pscontainer.Eventually(() => _build.Engine.FirstProcesses().Count > 0, "the step's container");
        stop.Cancel();
        Assert.True(building.Wait(Machine.Patience));
        _build.CheckClean();
    }

    [SystemFact]
    public void What_a_killed_build_left_is_cleared()
    {
        _build.WithBusybox();
        string left = Path.Combine(_build.Root.Builds, "scratch/build-0123456789ab");
        Directory.CreateDirectory(left + "/upper/x");
        File.WriteAllText(left + "/lock", "");
        Container container = _build.Engine.Create(ImageDefaults.Apply(new ContainerSpec { Name = "build-0123456789ab", Command = "sleep", Arguments = ["1000"] }, _build.Engine.Images.Get("busybox")), start: true);
        Assert.Equal(1, BuildStorage.ClearLeftovers(_build.Engine));
        Assert.False(Directory.Exists(left));
        Assert.Null(_build.Engine.Store.IdOfName(container.Name));
    }

    [SystemFact]
    public void Builds_at_once_don_t_disturb_each_other()
    {
        _build.WithBusybox().Write("Containerfile", "FROM busybox\nRUN echo $RANDOM > /same\nRUN cat /same\n");
        var ids = new Digest[4];
        Parallel.For(0, ids.Length, i => ids[i] = new ImageBuild(_build.Engine, null, _ => { })
            .Run(new BuildRequest(BuildContext.Open(_build.Context, null)) { Names = [ImageReference.Parse($"app:{i}")] }, CancellationToken.None).Id);
        Assert.All(Enumerable.Range(0, ids.Length), i => Assert.Equal(ids[i], _build.Engine.Images.Get($"app:{i}").Id));
    }
}
