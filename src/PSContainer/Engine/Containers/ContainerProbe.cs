using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>Containers as they are at this moment, by their records, their run folders and the kernel.</summary>
internal static class ContainerProbe
{
    public static Container Of(ContainerRecord record, StorageRoot root)
    {
        string folder = root.ContainerFolder(record.Id), runFolder = root.RunFolder(record.Id);
        RunState? run = RunState.Read(runFolder);
        ExitRecord? exit = ExitRecord.Read(folder);
        ContainerNetworking? networking = ContainerNetworking.Read(folder);
        if (run is not null)
        {
            ContainerStatus status = StatusProbe.Of(run, runFolder);
            if (status != ContainerStatus.Stopped) return new Container(record, run, status, exit, networking, PortState.TryRead(runFolder));
        }
        // The exit file is made at the start and stays empty where nobody saw the end.
        bool everRan = run is not null || File.Exists(Path.Combine(folder, ExitRecord.FileName));
        return new Container(record, run, everRan ? ContainerStatus.Stopped : ContainerStatus.Created, exit, networking, ports: null);
    }

    /// <summary>The names of all running containers by their first process; what can't be read is passed over.</summary>
    public static IReadOnlyDictionary<int, string> FirstProcesses(ContainerStore store)
    {
        var names = new Dictionary<int, string>();
        foreach (ContainerRecord record in Directory.Exists(store.Root.Run) ? store.All() : [])
        {
            try
            {
                if (RunState.Read(store.Root.RunFolder(record.Id)) is { } run && run.Init.IsAlive) names[run.Init.Pid] = record.Name;
            }
            catch (EngineException)
            {
                // Get-Container tells of a broken state; here it only lacks a name.
            }
        }
        return names;
    }
}
