using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Images;

public class ImageSettingsTests
{
    private static readonly ImageConfig s_old = new()
    {
        Author = "old", Cmd = ["run"], Entrypoint = ["entry"], Env = ["PATH=/bin", "A=1", "odd"], WorkingDir = "/w", User = "u", Labels = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" },
        ExposedPorts = ["80/tcp"], Volumes = ["/v"], StopSignal = "INT", OnBuild = ["RUN x"], DiffIds = [Digest.Of("x"u8)],
    };

    [Fact]
    public void Without_changes_all_is_as_it_was() => Assert.Equal(s_old.ToBytes(), new ImageSettings().ApplyTo(s_old).ToBytes());

    [Fact]
    public void What_is_given_replaces_and_lists_grow()
    {
        ImageConfig config = new ImageSettings
        {
            Author = "me", Command = ["new", "x"], WorkingDirectory = "/n", User = "0", StopSignal = "QUIT", Environment = new Dictionary<string, string> { ["A"] = "2", ["B"] = "3=4" },
            Labels = new Dictionary<string, string> { ["b"] = "3", ["c"] = "4" }, ExposedPorts = ["80", "53/udp"], Volumes = ["/v", "/w"],
        }.ApplyTo(s_old);
        Assert.Equal(("me", "/n", "0", "QUIT"), (config.Author, config.WorkingDir, config.User, config.StopSignal));
        Assert.Equal((string[])["new", "x"], config.Cmd);
        Assert.Equal((string[])["entry"], config.Entrypoint);
        Assert.Equal((string[])["PATH=/bin", "odd", "A=2", "B=3=4"], config.Env);
        Assert.Equal("a=1 b=3 c=4", string.Join(' ', config.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}")));
        Assert.Equal((string[])["80/tcp", "53/udp"], config.ExposedPorts);
        Assert.Equal((string[])["/v", "/w"], config.Volumes);
        Assert.Equal((s_old.DiffIds, s_old.OnBuild), (config.DiffIds, config.OnBuild));
    }

    [Fact]
    public void A_new_entry_point_takes_the_old_command_away()
    {
        Assert.Empty(new ImageSettings { Entrypoint = ["e"] }.ApplyTo(s_old).Cmd);
        Assert.Equal((string[])["c"], new ImageSettings { Entrypoint = ["e"], Command = ["c"] }.ApplyTo(s_old).Cmd);
        Assert.Empty(new ImageSettings { Entrypoint = [] }.ApplyTo(s_old).Entrypoint);
    }

    [Fact]
    public void What_can_t_be_is_refused()
    {
        foreach (ImageSettings changes in (ImageSettings[])[new() { ExposedPorts = ["0"] }, new() { Volumes = ["v"] }, new() { WorkingDirectory = "w" }, new() { StopSignal = "NONE" }, new() { Environment = new Dictionary<string, string> { [""] = "x" } }])
            Fails.With("ImageOptionInvalid", () => changes.ApplyTo(s_old));
    }
}
