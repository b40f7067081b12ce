using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Runtime.Child;

namespace PSContainer.Runtime.Verbs;

/// <summary>run: create, start, stay in front until it ends, delete.</summary>
internal static class RunVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        StartRequest request = BundleOptions.Read(line);
        bool detach = line.Flag("detach");
        int signals = detach ? -1 : Foreground.Prepare();
        (Born process, RunState state) = ContainerStart.Run(context, request with { DieWithParent = !detach });
        BundleOptions.WritePidFile(line, context, process, state);
        if (detach) return 0;

        ProcessExit exit = Foreground.Wait(process, signals);
        ContainerEnd.Clear(context, state);
        return exit.ShellCode;
    }
}
