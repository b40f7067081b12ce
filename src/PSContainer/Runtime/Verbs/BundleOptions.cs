using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Runtime.Child;

namespace PSContainer.Runtime.Verbs;

/// <summary>--bundle, --pid-file and the id, which run, create and plan share.</summary>
internal static class BundleOptions
{
    public static StartRequest Read(CommandLine line, string? id = null)
    {
        id ??= line.Required("the container's id");
        string bundle = Path.GetFullPath(line.Value("bundle") ?? ".");
        RuntimeSpec spec = RuntimeSpecReader.ReadBundle(bundle);
        return new StartRequest(id, bundle, spec, new RootSource.Folder(Path.GetFullPath(spec.Root.Path, bundle)));
    }

    /// <summary>Writes --pid-file; where that fails, the container whose pid nobody would learn goes again.</summary>
    public static void WritePidFile(CommandLine line, Context context, Born process, RunState state)
    {
        if (line.Value("pid-file") is not { } path) return;
        try
        {
            string temporary = path + ".new";
            File.WriteAllText(temporary, process.Pid.ToString());
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Processes.Signal(process.Pidfd, Signals.Kill);
            Processes.Reap(process.Pidfd, wait: true);
            ContainerEnd.Clear(context, state);
            throw;
        }
    }
}
