using PSContainer.Engine;
using PSContainer.Engine.Builds;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.State;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Builds;

/// <summary>A context and a storage of a test's own, with a busybox image in it that was built as well.</summary>
internal sealed class BuildFolder : IDisposable
{
    private readonly string _folder = Machine.NewFolder();

    public BuildFolder()
    {
        Root = StorageRoot.At(Path.Combine(_folder, "storage"));
        Engine = new ContainerEngine(Root, Machine.Executable);
        Context = Directory.CreateDirectory(Path.Combine(_folder, "context")).FullName;
    }

    public StorageRoot Root { get; }

    public ContainerEngine Engine { get; }

    public string Context { get; }

    public List<BuildProgress> Told { get; } = [];

    /// <summary>Steps that were really done, of those that make layers or run something.</summary>
    public string[] Done => [.. Told.Where(progress => progress.Event == BuildEvent.Done && progress.Text.Split(' ')[0] is "RUN" or "COPY" or "ADD" or "WORKDIR").Where(progress => progress.Event == BuildEvent.Done).Select(progress => progress.Text)];

    public string[] Printed => [.. Told.Where(progress => progress.Event == BuildEvent.Output).Select(progress => progress.Text)];

    /// <summary>The image "busybox", made of the lane's busybox root.</summary>
    public BuildFolder WithBusybox()
    {
        string root = Path.Combine(_folder, "base");
        Directory.CreateDirectory(root);
        File.WriteAllText(Path.Combine(root, "Containerfile"), "FROM scratch\nCOPY . /\nRUN [\"/bin/busybox\", \"rm\", \"/Containerfile\"]\n");
        Outcome.Of("cp", "-a", Machine.BusyboxRoot + "/.", root);
        new ImageBuild(Engine, null, _ => { }).Run(new BuildRequest(BuildContext.Open(root, null)) { Names = [ImageReference.Parse("busybox")] }, CancellationToken.None);
        return this;
    }

    public BuildFolder Write(string path, string content)
    {
        string file = Path.Combine(Context, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return this;
    }

    public StoredImage Build(string containerfile, Func<BuildRequest, BuildRequest>? with = null, CancellationToken cancelled = default)
    {
        Write("Containerfile", containerfile);
        Told.Clear();
        var request = new BuildRequest(BuildContext.Open(Context, null));
        return new ImageBuild(Engine, null, Told.Add).Run(with?.Invoke(request) ?? request, cancelled);
    }

    public EngineException Fails(string id, string containerfile)
    {
        var failure = Assert.Throws<EngineException>(() => Build(containerfile));
        Assert.Equal(id, failure.Id);
        return failure;
    }

    /// <summary>What a shell prints in a container of the image.</summary>
    public string[] Print(StoredImage image, string script, string user = "0")
    {
        var spec = ImageDefaults.Apply(new ContainerSpec { Command = "/bin/sh", Arguments = ["-c", script], Entrypoint = [""], User = user, WorkingDirectory = "/" }, image);
        Container container = Engine.Create(spec, start: true);
        Engine.Wait(container, Machine.Patience, CancellationToken.None);
        string[] lines = [.. Engine.ReadLog(container, null, false, CancellationToken.None).Select(line => line.Text)];
        Engine.Remove(Engine.Get(container.Id), force: true);
        return lines;
    }

    /// <summary>Of paths in the image: "path mode uid:gid".</summary>
    public string[] Listing(StoredImage image, string paths) => Print(image, $"stat -c '%n %a %u:%g' {paths}");

    /// <summary>Nothing is left of steps: no container, no folder, no lock.</summary>
    public void CheckClean()
    {
        Assert.Empty(Engine.Store.All());
        string scratch = Path.Combine(Root.Builds, "scratch");
        if (Directory.Exists(scratch)) Assert.Empty(Directory.GetFileSystemEntries(scratch));
        Assert.DoesNotContain(_folder, File.ReadAllText("/proc/self/mountinfo"));
    }

    public void Dispose()
    {
        foreach (ContainerRecord left in Engine.Store.All()) Engine.Remove(Engine.Probe(left), force: true);
        TreeRemoval.Remove(_folder);
    }
}
