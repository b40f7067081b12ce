using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Life;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Networks;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Engine;

/// <summary>A container of the engine's, removed by force at the end of its test.</summary>
internal sealed class EngineContainer : IDisposable
{
    public EngineContainer(ContainerSpec spec, bool start = true)
    {
        // Networks are no subject of the virtual machine's part, and an emulated kernel takes seconds to make and unmake their interfaces.
        if (Machine.IsSlow && spec.Network == new NetworkWish()) spec = spec with { Network = new NetworkWish { Network = "None" } };
        Container = Machine.Engine.Create(spec.Image is null ? spec with { RootFs = spec.RootFs ?? Machine.BusyboxRoot } : spec, start);
        Track();
    }

    public Container Container { get; private set; }

    public string Folder => Machine.Root.ContainerFolder(Container.Id);

    /// <summary>As it is now.</summary>
    public Container Now => Container = Machine.Engine.Get(Container.Id);

    public void Start() => Container = Machine.Engine.Start(Now);

    public ContainerExit WaitEnd() => Machine.Engine.Wait(Container, Machine.Patience, CancellationToken.None);

    /// <summary>What it printed on both streams, without the log's own columns.</summary>
    public string[] Output() => [.. File.ReadAllLines(Path.Combine(Folder, ContainerRecord.LogName)).Select(line => line.Split(' ', 4)[3])];

    /// <summary>Runs a shell script to its end; its lines of both streams.</summary>
    public static string[] Print(string script, ContainerSpec? spec = null)
        => PrintOf((spec ?? new ContainerSpec()) with { Command = "/bin/sh", Arguments = ["-c", script] });

    /// <summary>Runs a container to its end; its lines of both streams.</summary>
    public static string[] PrintOf(ContainerSpec spec)
    {
        using var container = new EngineContainer(spec);
        container.WaitEnd();
        return container.Output();
    }

    public Outcome Exec(string script) => Pscontainer.Run("exec", Container.Id, "/bin/sh", "-c", script);

    public void Dispose()
    {
        if (Machine.Engine.Store.IdOfName(Container.Name) is null) return;
        Machine.Engine.Remove(Now, force: true);
    }

    private void Track()
    {
        lock (Machine.Ids) Machine.Ids.Add(Container.Id);
    }
}
