using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Verbs;

/// <summary>state: the OCI state on standard output.</summary>
internal static class StateVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        string id = line.Required("the container's id");
        RunState state = context.Runs.Get(id);
        Files.Write(1, state.ToOci(StatusProbe.Of(state, context.Storage.RunFolder(id))));
        Files.Write(1, "\n"u8);
        return 0;
    }
}
