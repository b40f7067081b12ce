using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Spec;
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

    public static void WritePidFile(CommandLine line, int pid)
    {
        if (line.Value("pid-file") is not { } path) return;
        string temporary = path + ".new";
        File.WriteAllText(temporary, pid.ToString());
        File.Move(temporary, path, overwrite: true);
    }
}
