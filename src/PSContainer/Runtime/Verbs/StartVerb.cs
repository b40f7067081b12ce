using PSContainer.Engine;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Verbs;

/// <summary>start: lets a created container go.</summary>
internal static class StartVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        string id = line.Required("the container's id");
        RunState state = context.Runs.Get(id);
        string folder = context.Storage.RunFolder(id);
        ContainerStatus status = StatusProbe.Of(state, folder);
        if (status != ContainerStatus.Created) throw WrongState(id, status);

        // Whoever takes the fifo away is the one who starts: two starts at once are one start and one error.
        string fifo = Path.Combine(folder, RunState.FifoName), taken = fifo + ".taken";
        try
        {
            File.Move(fifo, taken);
        }
        catch (FileNotFoundException)
        {
            throw WrongState(id, ContainerStatus.Running);
        }
        int writer = Files.Open(taken, OpenFlags.WriteOnly | OpenFlags.NonBlock);
        Files.Write(writer, "0"u8);
        Files.Close(writer);
        File.Delete(taken);
        return 0;
    }

    private static EngineException WrongState(string id, ContainerStatus status)
        => new("ContainerNotCreated", Reason.WrongState, $"The container '{id}' can't be started: it is {status.ToString().ToLowerInvariant()}.", "Only what 'create' made, once.");
}
