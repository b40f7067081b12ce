using PSContainer.Engine;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Roots;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Roots;

/// <summary>Containers on the layers of an image.</summary>
public class LayerTests
{
    private static readonly ContainerSpec s_idle = new() { Idle = true };

    [SystemFact]
    public void What_is_written_outlives_a_stop_and_is_the_containers_own()
    {
        StoredImage image = TestImage.Busybox(null, folder => File.WriteAllText(folder + "/etc-of-layer", "from the image\n"));
        using var first = new EngineContainer(image.Spec(s_idle));
        using var second = new EngineContainer(image.Spec(s_idle));
        first.Exec("echo changed >/etc-of-layer; rm /etc/group; echo new >/new");
        Machine.Engine.Stop(first.Now, null, Machine.Patience, CancellationToken.None);
        first.Start();
        Assert.Equal(["changed", "new"], first.Exec("cat /etc-of-layer /new").Lines);
        Assert.NotEqual(0, first.Exec("cat /etc/group").Code);
        Assert.Equal(["from the image"], second.Exec("cat /etc-of-layer").Lines);
        Assert.Equal("from the image\n", File.ReadAllText(new LayerStore(Machine.Root).FolderOf(image.Config.DiffIds[1]) + "/etc-of-layer"));
    }

    [SystemFact]
    public void More_than_128_layers_work_the_topmost_counts()
    {
        const int count = 300;
        StoredImage image = TestImage.Busybox(null, Enumerable.Range(1, count).Select(i => (Action<string>)(folder =>
        {
            File.WriteAllText($"{folder}/layer{i}", "");
            File.WriteAllText($"{folder}/which", i + "\n");
        })));
        Assert.Equal([count.ToString(), count.ToString()], image.Print("ls / | grep -c '^layer'; cat /which"));
        // As somebody outside puts them together, too.
        using var container = new EngineContainer(image.Spec(s_idle), start: false);
        using RootView root = Machine.Engine.OpenRoot(container.Now);
        Assert.Equal(count + "\n", root.ReadText("/which"));
    }

    [SystemFact]
    public void Layers_hide_and_bring_back_as_they_say()
    {
        StoredImage image = TestImage.Busybox(null,
            folder => { Directory.CreateDirectory(folder + "/d/sub"); File.WriteAllText(folder + "/d/old", ""); File.WriteAllText(folder + "/gone", ""); File.WriteAllText(folder + "/was-file", ""); },
            folder =>
            {
                Directory.CreateDirectory(folder + "/d");
                int opaque = Files.Open(folder + "/d", OpenFlags.ReadOnly | OpenFlags.Directory);
                Assert.Equal(Errno.None, ExtendedAttributes.Set(opaque, "trusted.overlay.opaque", "y"u8));
                Files.Close(opaque);
                Directory.CreateDirectory(folder + "/was-file");
                Outcome.Of("mknod", folder + "/gone", "c", "0", "0");
            });
        Assert.Equal(["was-file is a folder"], image.Print("ls /d /gone 2>/dev/null | grep -v '^/d:$' | grep .; [ -d /was-file ] && echo was-file is a folder"));
    }

    [SystemFact]
    public void The_root_has_the_images_owner_and_mode()
    {
        StoredImage image = TestImage.Busybox(null, folder => File.SetUnixFileMode(folder, (UnixFileMode)0x1C9));
        Assert.Equal(["711"], image.Print("stat -c %a /"));
    }

    [SystemFact]
    public void A_read_only_container_writes_nowhere()
    {
        StoredImage image = TestImage.Busybox();
        Assert.Equal(["refused"], image.Print("( echo x >/x ) 2>/dev/null || echo refused", new ContainerSpec { ReadOnly = true }));
    }

    [SystemFact]
    public void An_image_without_the_usual_folders_runs()
    {
        // One static program, as images made from scratch have it.
        StoredImage image = TestImage.Make(new ImageConfig { Entrypoint = ["/busybox"] }, [folder => File.Copy(Machine.BusyboxRoot + "/bin/busybox", folder + "/busybox")]);
        Assert.Equal(["busybox", "dev", "etc", "proc", "sys"], EngineContainer.PrintOf(image.Spec(new ContainerSpec { Arguments = ["ls", "/"] })));
        // And nothing of it counts as changed.
        using var container = new EngineContainer(image.Spec(s_idle));
        Assert.Empty(Machine.Engine.Compare(container.Now, CancellationToken.None));
    }

    [SystemFact]
    public void Where_the_layers_lie_is_not_told_by_the_mounts()
    {
        string root = Assert.Single(TestImage.Busybox().Print("cat /proc/self/mountinfo"), line => line.Contains(" - overlay ", StringComparison.Ordinal));
        Assert.Contains("upperdir=upper", root);
        Assert.DoesNotContain(Machine.Folder, root);
    }

    [SystemFact]
    public void What_removes_itself_leaves_nothing()
    {
        StoredImage image = TestImage.Busybox();
        var container = new EngineContainer(image.Spec(new ContainerSpec { AutoRemove = true, Command = "/bin/sh", Arguments = ["-c", "echo x >/x; exit 3"] }));
        // It may be gone before anybody could ask how it ended.
        Pscontainer.Eventually(() => !Directory.Exists(container.Folder), "the folder goes");
    }

    [SystemFact]
    public void A_missing_layer_is_told_at_the_start_and_before()
    {
        StoredImage image = TestImage.Busybox();
        using var container = new EngineContainer(image.Spec(s_idle), start: false);
        Directory.Delete(new LayerStore(Machine.Root).FolderOf(image.Config.DiffIds[0]), recursive: true);
        Assert.Equal("LayerMissing", Assert.Throws<EngineException>(container.Start).Id);
        Assert.Equal("LayerMissing", Assert.Throws<EngineException>(() => Machine.Engine.Create(image.Spec(s_idle), start: true)).Id);
    }

    [SystemFact]
    public void Memory_serves_where_the_storage_can_hold_no_overlay()
    {
        string lower = Machine.NewFolder(), writable = Machine.NewFolder(), storage = Machine.NewFolder();
        Directory.CreateDirectory(writable + "/u");
        Directory.CreateDirectory(writable + "/w");
        StoredImage image = TestImage.Busybox();
        // The storage is an overlay itself, as it is in a container of docker's.
        Outcome mounted = Outcome.Of("mount", "-t", "overlay", "overlay", "-o", $"lowerdir={lower},upperdir={writable}/u,workdir={writable}/w", storage);
        Assert.True(mounted.Code == 0, mounted.ToString());
        try
        {
            var root = StorageRoot.At(storage);
            Directory.CreateDirectory(root.Images);
            Directory.CreateDirectory(Path.GetDirectoryName(new LayerStore(root).FolderOf(image.Config.DiffIds[0]))!);
            Directory.CreateSymbolicLink(new LayerStore(root).FolderOf(image.Config.DiffIds[0]), new LayerStore(Machine.Root).FolderOf(image.Config.DiffIds[0]));
            var engine = new ContainerEngine(root, Machine.Executable);
            Container container = engine.Create(image.Spec(s_idle), start: true);
            try
            {
                lock (Machine.Ids) Machine.Ids.Add(container.Id);
                Assert.Equal(ContainerStatus.Running, container.Status);
                using (RootView view = engine.OpenRoot(container, writes: true)) Assert.True(view.Descriptor >= 0);
                Assert.Equal("ContainerKeepsNothing", Assert.Throws<EngineException>(() => engine.Compare(container, CancellationToken.None)).Id);
                engine.Stop(container, null, Machine.Patience, CancellationToken.None);
                Assert.Equal("ContainerKeepsNothing", Assert.Throws<EngineException>(() => engine.OpenRoot(engine.Get(container.Id), writes: true)).Id);
                engine.OpenRoot(engine.Get(container.Id)).Dispose();
            }
            finally
            {
                engine.Remove(engine.Get(container.Id), force: true);
            }
        }
        finally
        {
            Pscontainer.Eventually(() => Outcome.Of("umount", storage).Code == 0, "the storage is let go");
        }
    }
}
