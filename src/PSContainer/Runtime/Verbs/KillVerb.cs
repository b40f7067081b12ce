using PSContainer.Engine;
using PSContainer.Engine.Cgroups;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Verbs;

/// <summary>kill: a signal to the container's first process, or to all.</summary>
internal static class KillVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        string id = line.Required("the container's id");
        string name = line.Next() ?? "TERM";
        int signal = SignalName.Parse(name)
            ?? throw new EngineException("SignalUnknown", Reason.InvalidInput, $"'{name}' is no signal.", "Use a name such as TERM, or a number from 1 to 64.");
        RunState state = context.Runs.Get(id);
        if (line.Flag("all") && signal == 9 && state.CgroupPath is { } path)
        {
            ContainerCgroup.Open(path).Kill();
            return 0;
        }
        int pidfd = state.Init.Open();
        if (pidfd < 0 || !Processes.Signal(pidfd, signal))
            // Callers of OCI runtimes look for these words.
            throw new EngineException("ContainerNotRunning", Reason.WrongState, $"container not running: '{id}' has stopped.");
        return 0;
    }
}
