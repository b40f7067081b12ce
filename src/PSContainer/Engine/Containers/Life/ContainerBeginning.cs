using PSContainer.Engine.Commands;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers.Life;

/// <summary>How a container comes to run.</summary>
internal sealed class ContainerBeginning(ContainerEngine engine)
{
    /// <summary>Writes it down and starts it, all of it or nothing.</summary>
    /// <param name="spec">Checked.</param>
    public ContainerRecord Create(ContainerSpec spec)
    {
        string id = ContainerId.New();
        using SupervisorStart supervisor = SupervisorStart.Begin(engine.Executable, ["--new", id]);
        ContainerRecord record = engine.Store.Add(spec, id);
        try
        {
            supervisor.Finish(engine.Warn);
        }
        catch (EngineException)
        {
            ClearStart(record);
            throw;
        }
        return record;
    }

    /// <summary>Writes it down and runs it in front of the caller.</summary>
    /// <param name="spec">Checked.</param>
    public CommandProcess Run(ContainerSpec spec, CommandStreams streams)
    {
        ContainerRecord record = engine.Store.Add(spec);
        try
        {
            return CommandProcess.Start(engine.Executable, ["monitor", "--new", "--attach", record.Id], [], streams, engine.Warn);
        }
        catch
        {
            engine.Store.Discard(record.Id, record.Name);
            throw;
        }
    }

    public void Start(ContainerRecord record)
    {
        if (engine.Probe(record).IsAlive)
            throw new EngineException("ContainerRunning", Reason.WrongState, $"The container '{record.Name}' runs already.", "Restart it with Stop-Container and Start-Container.");
        using SupervisorStart supervisor = SupervisorStart.Begin(engine.Executable, [record.Id]);
        supervisor.Finish(engine.Warn);
    }

    // A supervisor that failed has cleared up itself; one that was killed could not.
    private void ClearStart(ContainerRecord record)
    {
        void Discard() => engine.Store.Discard(record.Id, record.Name);
        try
        {
            // Not where somebody has started it once more, as soon as it had a name.
            RunResidue.TryClear(engine.Store.Root, record.Id, also: Discard);
        }
        catch (EngineException)
        {
            // Repair-ContainerStorage comes back to it; what stood against the start is the error to tell.
            Discard();
        }
    }
}
