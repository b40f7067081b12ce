using PSContainer.Engine;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Roots;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Roots;

/// <summary>Copies into containers and out of them, while they run and do not.</summary>
public class CopyTests
{
    private static readonly ContainerSpec s_idle = new() { Idle = true };
    private static readonly int s_rounds = Machine.IsSlow ? 20 : 500;

    private static void In(EngineContainer container, string from, string to, CopyManner? manner = null)
    {
        using RootView here = RootView.OfThisMachine(), there = Machine.Engine.OpenRoot(container.Container, writes: true);
        ItemCopy.Run(new CopySide(here.Descriptor, from, from), new CopySide(there.Descriptor, to, "c:" + to), false, manner ?? new CopyManner { Owner = (0, 0) }, CancellationToken.None);
    }

    private static void Out(EngineContainer container, string from, string to)
    {
        using RootView here = RootView.OfThisMachine(), there = Machine.Engine.OpenRoot(container.Container);
        ItemCopy.Run(new CopySide(there.Descriptor, from, "c:" + from), new CopySide(here.Descriptor, to, to), false, new CopyManner { Owner = (0, 0), DropsPrivilege = true }, CancellationToken.None);
    }

    [SystemTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Files_and_folders_go_both_ways_with_their_modes_and_links(bool running)
    {
        string folder = Machine.NewFolder();
        Outcome.Of("/bin/sh", "-c", "cd \"$1\"; mkdir -p tree/sub; echo one >tree/one; ln tree/one tree/two; ln -s one tree/link; chmod 4711 tree/one; chmod 2770 tree/sub; chown 7:8 tree/sub; touch -d @981173106 tree/one", "sh", folder);
        using var container = new EngineContainer(TestImage.Busybox().Spec(s_idle), start: running);
        In(container, folder + "/tree", "/data");
        In(container, folder + "/tree", "/kept", new CopyManner());
        Out(container, "/data/tree", folder + "/back");
        if (!running) container.Start();
        Assert.Equal(["0:0 4711 981173106", "0:0 2770", "one", "2", "7:8 2770"],
            container.Exec("cd /data/tree; stat -c '%u:%g %a %Y' one; stat -c '%u:%g %a' sub; readlink link; stat -c %h two; stat -c '%u:%g %a' /kept/sub").Lines);
        Assert.Equal("one\n", File.ReadAllText(folder + "/back/two"));
        Assert.Equal((UnixFileMode)0x1C9, File.GetUnixFileMode(folder + "/back/one"));
    }

    [SystemFact]
    public void What_is_copied_into_a_stopped_container_is_there_when_it_starts_and_counts_as_a_change()
    {
        string file = Path.Combine(Machine.NewFolder(), "file");
        File.WriteAllText(file, "copied\n");
        using var container = new EngineContainer(TestImage.Busybox().Spec(s_idle), start: false);
        In(container, file, "/etc/passwd");
        Assert.Contains(Machine.Engine.Compare(container.Now, CancellationToken.None), change => change is { Kind: FileChangeKind.Changed, Path: "/etc/passwd" });
        container.Start();
        Assert.Equal(["copied"], container.Exec("cat /etc/passwd").Lines);
    }

    [SystemFact]
    public void A_container_is_not_started_while_something_is_copied_into_it_and_not_copied_into_while_it_starts()
    {
        using var container = new EngineContainer(TestImage.Busybox().Spec(s_idle), start: false);
        using (Machine.Engine.OpenRoot(container.Container, writes: true))
        {
            Assert.Equal("ContainerBusy", Assert.Throws<EngineException>(() => Machine.Engine.OpenRoot(container.Container, writes: true)).Id);
            Machine.Engine.OpenRoot(container.Container).Dispose();
        }
        container.Start();
        Assert.Equal("Running", container.Now.Status.ToString());
    }

    [SystemFact]
    public void Volumes_and_tmpfs_of_a_running_container_are_where_it_sees_them()
    {
        string folder = Machine.NewFolder();
        File.WriteAllText(folder + "/file", "x\n");
        using var container = new EngineContainer(TestImage.Busybox().Spec(s_idle with { Volumes = [new VolumeSpec(folder, "/volume", false)], Tmpfs = ["/memory"] }));
        In(container, folder + "/file", "/memory/copy");
        Out(container, "/volume/file", folder + "/again");
        Assert.Equal(["x"], container.Exec("cat /memory/copy").Lines);
        Assert.Equal("x\n", File.ReadAllText(folder + "/again"));
    }

    [SystemTheory] // T20: CVE-2018-15664, CVE-2026-42306
    [InlineData("/esc")]
    [InlineData("/esc/")]
    [InlineData("/abs/inner")]
    public void Links_lead_nowhere_but_in_the_container(string way)
    {
        string outside = Machine.NewFolder(), folder = Machine.NewFolder();
        File.WriteAllText(outside + "/secret", "secret");
        File.WriteAllText(folder + "/secret", "planted");
        StoredImage image = TestImage.Busybox(null, layer =>
        {
            Directory.CreateSymbolicLink(layer + "/esc", "../../../../../../../../.." + outside);
            Directory.CreateSymbolicLink(layer + "/abs", Path.GetDirectoryName(outside)!);
        });
        using var container = new EngineContainer(image.Spec(s_idle));
        Assert.ThrowsAny<Exception>(() => Out(container, way.TrimEnd('/') + "/secret", folder + "/stolen"));
        Assert.ThrowsAny<Exception>(() => In(container, folder + "/secret", way.TrimEnd('/') + "/secret"));
        Assert.False(File.Exists(folder + "/stolen"));
        Assert.Equal("secret", File.ReadAllText(outside + "/secret"));
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [SystemFact] // T20: a loop inside swaps a folder and a link to the host's own
    public void A_swap_while_it_is_copied_leads_nowhere_either()
    {
        string outside = Machine.NewFolder(), folder = Machine.NewFolder();
        foreach (string name in (string[])["sub", "."]) File.WriteAllText(Directory.CreateDirectory($"{outside}/{name}").FullName + "/file", "secret");
        string[] before = Entries(outside);
        Directory.CreateDirectory(folder + "/in/sub");
        File.WriteAllText(folder + "/in/sub/file", "planted");
        File.WriteAllText(folder + "/in/file", "planted");
        string up = "../../../../../../../../.." + outside;
        using var container = new EngineContainer(TestImage.Busybox().Spec(new ContainerSpec
        {
            Command = "/bin/sh",
            Arguments = ["-c", $"mkdir -p /d/real/sub /d/in/sub; echo plain >/d/real/file; echo plain >/d/real/sub/file; ln -s {up} /d/link; ln -s {up} /d/out; ln -s {up}/file /d/flink; echo ready; "
                + "while true; do mv -T /d/real /d/t; mv -T /d/link /d/real; mv -T /d/t /d/link; mv -T /d/in/sub /d/t2; mv -T /d/out /d/in/sub; mv -T /d/t2 /d/out; mv -T /d/in/file /d/t3; mv -T /d/flink /d/in/file; mv -T /d/t3 /d/flink; done 2>/dev/null"],
        }));
        Pscontainer.Eventually(() => container.Output().Length > 0, "the loop runs");
        for (int round = 0; round < s_rounds; round++)
        {
            // What was copied last may be the link itself, as the link that it is; cp(1) would follow it as well.
            TreeRemoval.Remove(folder + "/out");
            Tolerate(() => Out(container, "/d/real", $"{folder}/out"));
            Assert.All(FilesIn(folder + "/out"), file => Assert.NotEqual("secret", File.ReadAllText(file)));
            Tolerate(() => In(container, folder + "/in/.", "/d/in"));
            Tolerate(() => In(container, folder + "/in/file", "/d/real/file"));
        }
        Assert.Equal(before, Entries(outside));
        Assert.All(Directory.EnumerateFiles(outside, "*", SearchOption.AllDirectories), file => Assert.Equal("secret", File.ReadAllText(file)));
    }

    // Of links only the names: where they lead, they may.
    private static IEnumerable<string> FilesIn(string folder)
        => new DirectoryInfo(folder) is not { Exists: true, LinkTarget: null } ? []
            : Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });

    private static string[] Entries(string folder) => [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order()];

    // Half of the time there is nothing to copy; what counts is where it goes when there is.
    private static void Tolerate(Action copy)
    {
        try
        {
            copy();
        }
        catch (Exception failure) when (failure is EngineException or KernelException)
        {
        }
    }
}
