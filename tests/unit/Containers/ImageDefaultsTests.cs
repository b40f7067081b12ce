using PSContainer.Engine.Blobs;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Containers;

/// <summary>What an image says, and what a wish says instead.</summary>
public class ImageDefaultsTests
{
    private static readonly Descriptor s_config = new(MediaType.Config, Digest.Of("config"u8), 6);

    private static StoredImage Image(ImageConfig config)
        => new(new Descriptor(MediaType.Manifest, Digest.Of("manifest"u8), 8), new ImageManifest(s_config, []), config, [ImageReference.Parse("box:1")]);

    private static ContainerSpec Apply(ImageConfig config, ContainerSpec? spec = null) => ImageDefaults.Apply(spec ?? new ContainerSpec(), Image(config));

    // docker run's table: entrypoint and Cmd of the image; entrypoint, command and arguments of the wish; what runs.
    [Theory]
    [InlineData("", "sh -l", null, null, "", "sh -l")]
    [InlineData("run", "a b", null, null, "", "run a b")]
    [InlineData("run", "a b", null, "c", "", "run c")]
    [InlineData("run", "a b", null, "c", "d e", "run c d e")]
    [InlineData("run", "a b", null, null, "d", "run d")]
    [InlineData("run", "a b", "mine", null, "", "mine")]
    [InlineData("run", "a b", "mine", "c", "d", "mine c d")]
    [InlineData("run", "a b", "=", "c", "", "c")]
    [InlineData("run", "a b", "=", null, "", "")]
    [InlineData("", "", null, null, "", "")]
    public void Entrypoint_and_command_are_put_together_as_docker_does(string entrypoint, string cmd, string? ownEntrypoint, string? command, string arguments, string runs)
    {
        ContainerSpec spec = Apply(new ImageConfig { Entrypoint = Words(entrypoint), Cmd = Words(cmd) }, new ContainerSpec
        {
            // "=": the one empty text that means none.
            Entrypoint = ownEntrypoint is null ? null : ownEntrypoint == "=" ? [""] : Words(ownEntrypoint), Command = command, Arguments = Words(arguments),
        });
        Assert.Equal(Words(runs), spec.Command is null ? [] : [spec.Command, .. spec.Arguments]);
        spec.Validate();
    }

    [Fact]
    public void An_idle_container_runs_nothing_of_the_image()
    {
        var config = new ImageConfig { Entrypoint = ["run"], Cmd = ["a"], StopSignal = "SIGQUIT" };
        ContainerSpec spec = Apply(config, new ContainerSpec { Idle = true }).Validate();
        Assert.Null(spec.Command);
        Assert.Null(spec.StopSignal);
        Fails.With("CommandUnwanted", () => Apply(config, new ContainerSpec { Idle = true, Command = "x" }));
        Fails.With("CommandUnwanted", () => new ContainerSpec { Idle = true, Command = "x" }.Validate());
    }

    [Fact] // T30
    public void Malformed_variables_are_left_out_and_nothing_takes_their_place()
    {
        ContainerSpec spec = Apply(new ImageConfig { Env = ["HOME", "AWS*", "=x", "A=1", "B=", "A=2", "N=a\0b", "E=x=y"] }, new ContainerSpec { Environment = new Dictionary<string, string> { ["B"] = "own" } });
        Assert.Equal(["A=2", "B=own", "E=x=y"], spec.Environment.Select(variable => $"{variable.Key}={variable.Value}").Order());
        spec.Validate();
    }

    [Theory]
    [InlineData(null, null, "0")]
    [InlineData("", null, "0")]
    [InlineData("app:staff", null, "app:staff")]
    [InlineData("app", "1:2", "1:2")]
    public void The_user_is_the_wishs_else_the_images_else_root(string? image, string? own, string user)
        => Assert.Equal(user, Apply(new ImageConfig { User = image }, new ContainerSpec { User = own }).User);

    [Theory]
    [InlineData(null, null, "/")]
    [InlineData("", null, "/")]
    [InlineData("app", null, "/app")]
    [InlineData("/srv", null, "/srv")]
    [InlineData("/srv", "/own", "/own")]
    public void The_working_directory_is_the_wishs_else_the_images(string? image, string? own, string folder)
        => Assert.Equal(folder, Apply(new ImageConfig { WorkingDir = image }, new ContainerSpec { WorkingDirectory = own }).WorkingDirectory);

    [Fact] // T29
    public void Labels_are_data_and_the_wishs_come_first()
    {
        ContainerSpec spec = Apply(new ImageConfig { Labels = new Dictionary<string, string> { ["autoRemove"] = "true", ["a"] = "1" } }, new ContainerSpec { Labels = new Dictionary<string, string> { ["a"] = "2" } });
        Assert.Equal(["a=2", "autoRemove=true"], spec.Labels.Select(label => $"{label.Key}={label.Value}").Order());
        Assert.False(spec.AutoRemove);
    }

    [Fact]
    public void Volumes_of_the_image_give_way_to_those_that_are_named()
    {
        var config = new ImageConfig { Volumes = ["/data/", "/b", "/a", "/t", "//a"] };
        ContainerSpec spec = Apply(config, new ContainerSpec { Volumes = [new VolumeSpec("/x", "/data", false)], Tmpfs = ["/t:size=1m"] });
        Assert.Equal(["/a", "/b"], spec.AnonymousVolumes);
        foreach (string path in (string[])["", "x", "/", "/./..", "/a/../..", "/a\n"]) Fails.With("VolumeInvalid", () => Apply(new ImageConfig { Volumes = [path] }));
    }

    [Fact]
    public void A_stop_signal_has_to_be_one()
    {
        Assert.Equal("SIGRTMIN+3", Apply(new ImageConfig { StopSignal = "SIGRTMIN+3" }).StopSignal);
        Assert.Null(Apply(new ImageConfig { StopSignal = "" }).StopSignal);
        Fails.With("SignalUnknown", () => Apply(new ImageConfig { StopSignal = "SIGNOTHING" }));
    }

    [Fact]
    public void More_layers_than_the_kernel_takes_are_refused()
    {
        Digest[] Layers(int count) => [.. Enumerable.Range(0, count).Select(i => Digest.Of([(byte)i, (byte)(i >> 8)]))];
        Apply(new ImageConfig { DiffIds = Layers(499) }).Validate();
        Fails.With("LayersTooMany", () => Apply(new ImageConfig { DiffIds = Layers(500) }).Validate());
    }

    [Fact]
    public void An_entrypoint_replaces_one() => Fails.With("EntrypointUnwanted", () => new ContainerSpec { Entrypoint = ["x"] }.Validate());

    [Fact]
    public void The_record_keeps_what_the_image_was()
    {
        var config = new ImageConfig
        {
            DiffIds = [Digest.Of("a"u8), Digest.Of("b"u8)], ExposedPorts = ["80/tcp"], StopSignal = "INT",
            Healthcheck = new Healthcheck(["CMD", "true"]) { IntervalSeconds = 5, Retries = 3 },
        };
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            ContainerRecord record = ContainerRecordOf(Apply(config) with { Command = "x" });
            record.Write(folder);
            ContainerRecord again = ContainerRecord.Read(folder)!;
            Assert.Equal(("box:1", "INT", true), (again.Image, again.StopSignal, again.IsKept));
            Assert.Equal(record.From!.DiffIds, again.From!.DiffIds);
            Assert.Equal(record.From.Id, again.From.Id);
            Assert.Equal(["80/tcp"], again.From.ExposedPorts);
            Assert.Equal((5.0, 3, "CMD true"), (again.From.Healthcheck!.IntervalSeconds, again.From.Healthcheck.Retries, string.Join(' ', again.From.Healthcheck.Test)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ContainerRecord ContainerRecordOf(ContainerSpec spec)
        => new() { Id = "0123", Name = "n", Lowers = [], From = ImageUse.Of(spec.Image!), IsKept = true, StopSignal = spec.StopSignal };

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
