using PSContainer.Engine;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Runtime.Child;

namespace PSContainer.Runtime.Verbs;

/// <summary>delete: clears what a stopped container left; with --force, also one that lives or can't be read.</summary>
internal static class DeleteVerb
{
    private const int EndTimeoutMilliseconds = 10_000;

    public static int Execute(Context context, CommandLine line)
    {
        string id = line.Required("the container's id");
        line.Next();
        bool force = line.Flag("force");
        RunState state;
        try
        {
            state = context.Runs.Get(id);
        }
        catch (EngineException unknown) when (force && unknown.Id is "ContainerNotFound" or "StateCorrupt")
        {
            // Its making was cut off before anything was on record, or the record is spoilt: what it has is where it always is.
            if (Directory.Exists(context.Storage.RunFolder(id))) Engine.Cgroups.ContainerCgroup.Open(CgroupPath.Default(id)).Remove();
            context.Runs.Release(id);
            return 0;
        }
        ContainerStatus status = StatusProbe.Of(state, context.Storage.RunFolder(id));
        if (status != ContainerStatus.Stopped)
        {
            if (!force && status != ContainerStatus.Created)
                throw new EngineException("ContainerRunning", Reason.WrongState, $"The container '{id}' can't be deleted: it is {status.ToString().ToLowerInvariant()}.", "Stop it first, or use --force.");
            End(state);
        }
        ContainerEnd.Clear(context, state);
        return 0;
    }

    private static void End(RunState state)
    {
        int pidfd = state.Init.Open();
        if (pidfd < 0) return;
        Processes.Signal(pidfd, 9);
        if (state.CgroupPath is { } path) Engine.Cgroups.ContainerCgroup.Open(path).Thaw();
        if (!Processes.WaitEnd(pidfd, EndTimeoutMilliseconds))
            throw new EngineException("ContainerHangs", Reason.TimedOut, $"The process {state.Init.Pid} of '{state.Id}' does not end.", "It hangs in the kernel (state D in ps); try again later.");
    }
}
