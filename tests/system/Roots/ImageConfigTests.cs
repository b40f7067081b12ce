using PSContainer.Engine;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Kernel;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Roots;

/// <summary>What an image says about its containers, as they see it.</summary>
public class ImageConfigTests
{
    [SystemFact]
    public void Entrypoint_environment_user_and_folder_are_the_images()
    {
        var config = new ImageConfig { Entrypoint = ["/bin/sh", "-c"], Cmd = ["echo $A; id -u; id -G; pwd; echo $HOME"], Env = ["A=x y", "HOME", "PSCONTAINER_ROOT", "=z"], User = "ann", WorkingDir = "/made/for/it" };
        Assert.Equal(["x y", "1000", "1000 50", "/made/for/it", "/home"], EngineContainer.PrintOf(TestImage.Busybox(config).Spec()));
    }

    [SystemFact] // T30
    public void Nothing_of_the_callers_environment_comes_in()
    {
        string[] lines = TestImage.Busybox(new ImageConfig { Env = ["PATH", "PSCONTAINER_ROOT", "PS*", "=x"] }).Print("env | sort | cut -d= -f1");
        Assert.Equal(["HOME", "HOSTNAME", "PATH", "PWD", "SHLVL"], lines);
    }

    [SystemFact] // T15
    public void The_groups_are_exactly_those_of_the_merged_root()
    {
        // The upper layer's group file counts, the lower one's does not.
        StoredImage image = TestImage.Busybox(null, folder =>
        {
            Directory.CreateDirectory(folder + "/etc");
            File.WriteAllText(folder + "/etc/group", "root:x:0:\none:x:71:ann,bob\ntwo:x:72:bob\nthree:x:73:root\n");
        });
        Assert.Equal(["1000 71"], image.Print("id -G", new ContainerSpec { User = "ann" }));
        Assert.Equal(["0 73"], image.Print("id -G"));
        Assert.Equal(["1000"], image.Print("id -G", new ContainerSpec { User = "1000:1000" }));
    }

    [SystemTheory] // T25, CVE-2024-9676
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("link out")]
    [InlineData("magic link")]
    [InlineData("huge")]
    [InlineData("folder")]
    public void An_accounts_file_that_is_none_is_an_error_within_a_second(string kind)
    {
        StoredImage image = TestImage.Busybox(null, folder =>
        {
            string file = Directory.CreateDirectory(folder + "/etc").FullName + "/passwd";
            switch (kind)
            {
                case "pipe": Files.MakeFifo(file, 0x1A4); break;
                case "device": Outcome.Of("mknod", file, "c", "1", "5"); break;
                case "link out": File.CreateSymbolicLink(file, "../../../../../../../../../etc/passwd"); break;
                case "magic link": File.CreateSymbolicLink(file, "/proc/self/root/etc/passwd"); break;
                case "folder": Directory.CreateDirectory(file); break;
                default:
                    using (FileStream huge = File.Create(file)) huge.SetLength(1L << 34);
                    break;
            }
        });
        Task<string> failure = Task.Run(() => Assert.Throws<EngineException>(() => Machine.Engine.Create(image.Spec(new ContainerSpec { User = "daemon", Idle = true }), start: true)).Id);
        // It would read or wait for ever; how long a loaded machine takes for the rest is not the subject.
        Assert.True(failure.Wait(Machine.Patience), "it hangs");
        Assert.Equal("UserNotFound", failure.Result);
    }

    [SystemTheory] // T14, CVE-2024-40635
    [InlineData("2147483648", "UserInvalid")]
    [InlineData("4294967296", "UserInvalid")]
    [InlineData("-1", "UserNotFound")]
    [InlineData("0x0", "UserNotFound")]
    [InlineData("1:2:3", "UserInvalid")]
    [InlineData("+1", "UserNotFound")]
    public void A_user_that_is_none_is_an_error_and_leaves_nothing(string user, string id)
    {
        StoredImage image = TestImage.Busybox(new ImageConfig { User = user });
        Assert.Equal(id, Assert.Throws<EngineException>(() => Machine.Engine.Create(image.Spec(new ContainerSpec { Idle = true, Name = "refused" }), start: true)).Id);
        Assert.Null(Machine.Engine.Store.IdOfName("refused"));
    }

    [SystemFact] // T31, CVE-2025-55686
    public void A_working_directory_through_a_link_is_made_inside()
    {
        string outside = Machine.NewFolder();
        StoredImage image = TestImage.Busybox(new ImageConfig { WorkingDir = "/way/made" }, folder => Directory.CreateSymbolicLink(folder + "/way", "../../../../../../../../../.." + outside));
        using var container = new EngineContainer(image.Spec(new ContainerSpec { Idle = true }), start: false);
        container.Start();
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        // What the link names is made below the container's own root.
        Assert.True(Directory.Exists($"/proc/{container.Now.Pid}/root{outside}/made"));
    }

    [SystemFact]
    public void A_volume_of_the_image_begins_with_what_the_image_has_and_goes_with_the_container()
    {
        StoredImage image = TestImage.Busybox(new ImageConfig { Volumes = ["/filled", "/new/one"] }, folder =>
        {
            Directory.CreateDirectory(folder + "/filled/sub");
            File.WriteAllText(folder + "/filled/sub/file", "x\n");
            File.SetUnixFileMode(folder + "/filled", (UnixFileMode)0x1F8);
            Outcome.Of("chown", "-R", "1000:50", folder + "/filled");
            File.CreateSymbolicLink(folder + "/filled/link", "/etc/passwd");
        });
        using var container = new EngineContainer(image.Spec(new ContainerSpec { Idle = true }));
        Assert.Equal(["x", "1000:50 770", "1000:50 644", "/etc/passwd", "0:0 755"],
            container.Exec("cat /filled/sub/file; stat -c '%u:%g %a' /filled /filled/sub/file; readlink /filled/link; stat -c '%u:%g %a' /new/one").Lines);
        container.Exec("echo more >>/filled/sub/file; rm /filled/link");
        Machine.Engine.Stop(container.Now, null, Machine.Patience, CancellationToken.None);
        container.Start();
        Assert.Equal(["x", "more"], container.Exec("cat /filled/sub/file").Lines);
        // The next one begins anew; and what lies in a volume is no change of the container's root.
        Assert.Equal(["x"], image.Print("cat /filled/sub/file"));
        Assert.DoesNotContain(Machine.Engine.Compare(container.Now, CancellationToken.None), change => change.Path.StartsWith("/filled/", StringComparison.Ordinal));
        string folder = container.Folder;
        container.Dispose();
        Assert.False(Directory.Exists(folder));
    }

    [SystemFact]
    public void The_images_signal_stops_it()
    {
        StoredImage image = TestImage.Busybox(new ImageConfig { StopSignal = "SIGUSR1" });
        using var container = new EngineContainer(image.Spec(new ContainerSpec { Command = "/bin/sh", Arguments = ["-c", "trap 'exit 7' USR1; trap '' TERM; echo ready; while true; do sleep 0.05; done"] }));
        Pscontainer.Eventually(() => container.Output().Length > 0, "the traps are set");
        Assert.Equal(7, Machine.Engine.Stop(container.Now, null, Machine.Patience, CancellationToken.None).ExitCode);
    }
}
