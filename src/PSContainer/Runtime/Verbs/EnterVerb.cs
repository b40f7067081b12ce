using PSContainer.Engine;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Records;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Verbs;

/// <summary>enter: into namespaces of any process, as nsenter does; all that are not the caller's own, or those named.</summary>
internal static class EnterVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        _ = context;
        line.TakeOptions();
        if (!int.TryParse(line.Value("target"), out int pid) || pid <= 0)
            throw new EngineException("ArgumentMissing", Reason.InvalidInput, "The command line lacks --target PID.");
        ProcessIdentity found = ProcessIdentity.Of(pid) ?? throw TargetNamespaces.NotFound(pid);
        // The number alone may be somebody else's by now; the caller knew when its process had started.
        ProcessIdentity wanted = ulong.TryParse(line.Value("start-time"), out ulong start) ? new ProcessIdentity(pid, start) : found;
        int target = wanted.Open();
        if (target < 0) throw TargetNamespaces.NotFound(pid);

        CloneFlags types = line.Value("type") is { } list ? TargetNamespaces.Parse(list.Split(',')) : (CloneFlags)ulong.MaxValue;
        string[] command = line.Rest();
        if (command.Length == 0) throw new EngineException("ArgumentMissing", Reason.InvalidInput, "The command line lacks the command to run.");
        var process = new ProcessSpec { Args = command, Env = HostEnvironment() };
        var request = new EntryPlanRequest(pid, TargetNamespaces.Foreign(pid, types), process);
        return EntryRun.Execute(request, target, request.Types.HasFlag(CloneFlags.NewNs) ? $"that of process {pid}" : "this machine's own root");
    }

    private static string[] HostEnvironment()
        => [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}")];
}
