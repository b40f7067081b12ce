using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Roots;

/// <summary>What a container has changed, and its removal.</summary>
public class ChangeTests
{
    private static StoredImage Image() => TestImage.Busybox(null,
        folder => { Directory.CreateDirectory(folder + "/d/sub"); foreach (string name in (string[])["d/a", "d/b", "d/sub/c", "f", "g"]) File.WriteAllText($"{folder}/{name}", "x"); },
        folder => { Directory.CreateDirectory(folder + "/d"); File.WriteAllText(folder + "/d/top", "x"); });

    private static string[] Changes(EngineContainer container)
        => [.. Machine.Engine.Compare(container.Now, CancellationToken.None).Select(change => $"{change.Kind.ToString()[0]} {change.Path}")];

    [SystemTheory]
    [InlineData("true", "")]
    [InlineData("echo y >/f", "C /f")]
    [InlineData("rm /f", "D /f")]
    [InlineData("rm /f; mkdir /f; touch /f/in", "C /f|A /f/in")]
    [InlineData("echo >/new; rm /new", "")]
    [InlineData("mkdir -p /n/m; touch /n/m/o", "A /n|A /n/m|A /n/m/o")]
    [InlineData("rm /d/a", "C /d|D /d/a")]
    [InlineData("rm /d/top; echo >/d/sub/c", "C /d|C /d/sub|C /d/sub/c|D /d/top")]
    [InlineData("rm -r /d", "D /d")]
    [InlineData("rm -r /d; mkdir /d; echo >/d/a; echo >/d/z", "C /d|C /d/a|D /d/b|D /d/sub|D /d/top|A /d/z")]
    [InlineData("chmod 700 /d", "C /d")]
    [InlineData("mv /d/sub /moved", "C /d|D /d/sub|A /moved|A /moved/c")]
    [InlineData("mv /g /h; ln -s /etc/passwd /l; mkfifo /p", "D /g|A /h|A /l|A /p")]
    [InlineData("printf x >/$(printf 'n\\033[1mm')", "A /n\\x1b[1mm")]
    public void Changes_are_told_as_docker_tells_them(string script, string changes)
    {
        using var container = new EngineContainer(Image().Spec(new ContainerSpec { Idle = true }));
        container.Exec(script);
        string[] expected = changes.Split('|', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, Changes(container));
        Machine.Engine.Stop(container.Now, null, Machine.Patience, CancellationToken.None);
        Assert.Equal(expected, Changes(container));
    }

    [SystemFact]
    public void A_tree_deeper_than_any_path_is_removed()
    {
        var container = new EngineContainer(Image().Spec(new ContainerSpec { Command = "/bin/sh", Arguments = ["-c", "name=$(printf '%0200d' 0); i=0; while [ $i -lt 60 ]; do mkdir $name && cd $name; i=$((i+1)); done; echo deep >file"] }));
        container.WaitEnd();
        string outside = Machine.NewFolder();
        Directory.CreateSymbolicLink(container.Folder + "/upper/out", outside);
        File.WriteAllText(outside + "/kept", "");
        container.Dispose();
        Assert.False(Directory.Exists(container.Folder));
        Assert.True(File.Exists(outside + "/kept"));
    }
}
