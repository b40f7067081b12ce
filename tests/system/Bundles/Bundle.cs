using System.Text.Json;
using System.Text.Json.Nodes;
using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Bundles;

/// <summary>An OCI bundle on the shared busybox root: what <c>runc spec</c> writes, without its terminal, and changed as a test wants it.</summary>
internal sealed class Bundle : IDisposable
{
    public Bundle(params string[] arguments)
    {
        Config = JsonNode.Parse(Sample())!.AsObject();
        Process["terminal"] = false;
        Arguments(arguments);
        Config["root"]!["path"] = Machine.BusyboxRoot;
    }

    public string Id { get; } = Machine.NewId();
    public string Folder { get; } = Machine.NewFolder();
    public JsonObject Config { get; }
    public JsonObject Process => Config["process"]!.AsObject();
    public JsonObject Linux => Config["linux"]!.AsObject();
    public JsonArray Mounts => Config["mounts"]!.AsArray();
    public string RunFolder => Machine.Root.RunFolder(Id);

    /// <summary>Where its cgroup is, unless the bundle names another place.</summary>
    public ContainerCgroup Cgroup => ContainerCgroup.Open(CgroupPath.Default(Id));

    /// <summary>A bundle that runs a line of shell.</summary>
    public static Bundle Shell(string script) => new("/bin/sh", "-c", script);

    public static string Sample()
    {
        using Stream sample = typeof(Bundle).Assembly.GetManifestResourceStream("runc-spec.json")!;
        return new StreamReader(sample).ReadToEnd();
    }

    public Bundle Arguments(params string[] arguments)
    {
        Process["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]);
        return this;
    }

    /// <summary>Gives it a root of its own, to be prepared for an attack; returns its path.</summary>
    public string OwnRoot(bool writable = false)
    {
        string root = Machine.MakeRoot(Path.Combine(Folder, "rootfs"));
        Config["root"] = new JsonObject { ["path"] = "rootfs", ["readonly"] = !writable };
        return root;
    }

    public Bundle WithoutMount(params string[] destinations)
    {
        foreach (JsonNode? mount in Mounts.Where(mount => destinations.Contains((string?)mount!["destination"])).ToArray()) Mounts.Remove(mount);
        return this;
    }

    public Bundle Mount(string destination, string type, string source, params string[] options)
    {
        Mounts.Add(new JsonObject { ["destination"] = destination, ["type"] = type, ["source"] = source, ["options"] = new JsonArray([.. options.Select(option => (JsonNode)option)]) });
        return this;
    }

    public Bundle Write()
    {
        File.WriteAllText(Path.Combine(Folder, "config.json"), Config.ToJsonString());
        return this;
    }

    public string[] Line(string verb, params string[] options) => [verb, "--bundle", Folder, .. options, Id];

    public Outcome Run(params string[] options) => Pscontainer.Run(Write().Line("run", options));

    /// <summary>run must fail as this, and leave nothing.</summary>
    public Outcome RunFails(string id, params string[] options) => Fails(id, "run", options);

    public Outcome CreateFails(string id, params string[] options) => Fails(id, "create", options);

    public Bundle Create(params string[] options)
    {
        Outcome outcome = Pscontainer.Run(Write().Line("create", options));
        Assert.True(outcome.Code == 0, outcome.ToString());
        return this;
    }

    /// <summary>create and start.</summary>
    public Bundle Start()
    {
        Create();
        Outcome outcome = Pscontainer.Run("start", Id);
        Assert.True(outcome.Code == 0, outcome.ToString());
        return this;
    }

    public Outcome Exec(params string[] rest) => Pscontainer.Run(["exec", .. rest[..^1].TakeWhile(word => word != "--"), Id, .. rest.SkipWhile(word => word != "--").Skip(1)]);

    public Outcome ExecShell(string script) => Pscontainer.Run("exec", Id, "/bin/sh", "-c", script);

    public JsonElement State()
    {
        Outcome outcome = Pscontainer.Run("state", Id);
        Assert.True(outcome.Code == 0, outcome.ToString());
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    public string Status => State().GetProperty("status").GetString()!;

    public int Pid => State().GetProperty("pid").GetInt32();

    /// <summary>Neither run folder nor cgroup.</summary>
    public void AssertGone()
    {
        Assert.False(Directory.Exists(RunFolder), "run folder left: " + RunFolder);
        Assert.False(Cgroup.Exists, "cgroup left: " + Cgroup.Path);
    }

    public void Dispose()
    {
        Pscontainer.Run("delete", "--force", Id);
        Directory.Delete(Folder, recursive: true);
    }

    private Outcome Fails(string id, string verb, string[] options)
    {
        Outcome outcome = Pscontainer.Fails(id, Write().Line(verb, options));
        AssertGone();
        return outcome;
    }
}
