using PSContainer.Engine;
using PSContainer.Engine.State;
using PSContainer.Runtime.Child;

namespace PSContainer.Runtime.Verbs;

/// <summary>create: everything but the start; the container's process waits for it.</summary>
internal static class CreateVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        StartRequest request = BundleOptions.Read(line);
        if (request.Spec.Process?.Terminal == true)
            throw new EngineException("ConsoleSocketMissing", Reason.NotSupported, "The configuration wants a terminal, which create can't hand to anybody yet.",
                "Use run, or set process.terminal to false.");
        (Born process, RunState state) = ContainerStart.Run(context, request with { WaitForStart = true });
        BundleOptions.WritePidFile(line, context, process, state);
        return 0;
    }
}
