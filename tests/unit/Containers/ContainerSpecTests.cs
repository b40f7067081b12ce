using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.State;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Containers;

/// <summary>Every wish that can't be has an id, before anything is made.</summary>
public class ContainerSpecTests
{
    private static void Refused(string id, ContainerSpec spec) => Fails.With(id, () => spec.Validate());

    [Fact]
    public void Names_are_plain()
    {
        foreach (string name in (string[])["a", "0", "web-1_x.y", new string('a', 128)]) new ContainerSpec { Name = name }.Validate();
        foreach (string name in (string[])["", "../x", ".x", "-x", "_x", "a/b", "a b", "a\nb", "a\0", "ü", "*", "[a]", "$(x)", "`", "a\u202Eb", new string('a', 129), new string('a', 5000)])
            Refused("ContainerNameInvalid", new ContainerSpec { Name = name });
    }

    [Fact]
    public void Commands_are_there_or_not()
    {
        Refused("CommandInvalid", new ContainerSpec { Command = "" });
        Refused("CommandInvalid", new ContainerSpec { Command = "a\0" });
        Refused("CommandInvalid", new ContainerSpec { Command = "a", Arguments = ["b", "c\0"] });
        Refused("CommandMissing", new ContainerSpec { Arguments = ["b"] });
        new ContainerSpec { Command = "a", Arguments = [""] }.Validate();
    }

    [Fact]
    public void Variables_have_names()
    {
        foreach ((string name, string value) in ((string, string)[])[("", "x"), ("a=b", "x"), ("a\0", "x"), ("a", "x\0")])
            Refused("EnvironmentInvalid", new ContainerSpec { Environment = new Dictionary<string, string> { [name] = value } });
        new ContainerSpec { Environment = new Dictionary<string, string> { ["a"] = "x=y\nz" } }.Validate();
    }

    [Fact]
    public void Host_names_folders_and_labels_are_checked()
    {
        foreach (string host in (string[])["", "a b", "a_b", "a/b", "ü", new string('a', 65)]) Refused("HostnameInvalid", new ContainerSpec { Hostname = host });
        foreach (string folder in (string[])["", "x", "./x", "/x\0"]) Refused("WorkingDirectoryInvalid", new ContainerSpec { WorkingDirectory = folder });
        foreach (string label in (string[])["", "a\n"]) Refused("LabelInvalid", new ContainerSpec { Labels = new Dictionary<string, string> { [label] = "x" } });
        foreach (string tmpfs in (string[])["", "x", "/", "//", "/:size=1m", "/a/../b", "/a\n"]) Refused("TmpfsInvalid", new ContainerSpec { Tmpfs = [tmpfs] });
        new ContainerSpec { Hostname = "a-b.c", WorkingDirectory = "/x", Tmpfs = ["/a", "/a..b:size=1m"] }.Validate();
    }

    [Fact]
    public void A_root_is_a_folder_and_becomes_absolute()
    {
        Refused("RootFsNotFound", new ContainerSpec { RootFs = "/absent/root" });
        Refused("RootFsNotDirectory", new ContainerSpec { RootFs = "/etc/passwd" });
        Assert.Equal("/etc", new ContainerSpec { RootFs = "/usr/../etc" }.Validate().RootFs);
        Assert.Null(new ContainerSpec().Validate().RootFs);
    }

    [Fact]
    public void Limits_are_checked_along()
    {
        Refused("LimitTooSmall", new ContainerSpec { Limit = new() { Memory = 1024 } });
        Refused("LimitOutOfRange", new ContainerSpec { Limit = new() { Cpus = -2 } });
    }

    [Theory]
    [InlineData("/tmp:/data", "/tmp", "/data", false)]
    [InlineData("/tmp:/data:ro", "/tmp", "/data", true)]
    [InlineData("/tmp:/data:rw", "/tmp", "/data", false)]
    [InlineData("/usr/../tmp:/data", "/tmp", "/data", false)]
    [InlineData("/tmp:/a..b", "/tmp", "/a..b", false)]
    public void A_volume_is_dockers(string text, string source, string destination, bool readOnly)
        => Assert.Equal(new VolumeSpec(source, destination, readOnly), VolumeSpec.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("/tmp")]
    [InlineData(":/data")]
    [InlineData("/tmp:")]
    [InlineData("/tmp:data")]
    [InlineData("/tmp:/")]
    [InlineData("/tmp://")]
    [InlineData("/tmp:/a/../../etc")]
    [InlineData("/tmp:/data:rx")]
    [InlineData("/tmp:/data:")]
    [InlineData("/tmp:/data:ro:z")]
    [InlineData("/tmp:/da\nta")]
    [InlineData("/tm\0p:/data")]
    public void A_volume_that_is_none_is_refused(string text) => Fails.With("VolumeInvalid", () => VolumeSpec.Parse(text));

    [Fact]
    public void A_volume_has_to_be_there() => Fails.With("VolumeNotFound", () => VolumeSpec.Parse("/absent/volume:/data"));

    [Fact]
    public void Ids_and_names_are_what_they_should()
    {
        Assert.Matches("^[0-9a-f]{32}$", ContainerId.New());
        Assert.Equal(12, ContainerId.Short(ContainerId.New()).Length);
        Assert.Equal("abc", ContainerId.Short("abc"));
        for (int attempt = 0; attempt < 10; attempt++) ContainerSpec.CheckName(ContainerId.NewName(attempt));
        Assert.Matches("-[0-9]+$", ContainerId.NewName(5));
    }
}
