using PSContainer.Engine;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Records;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Verbs;

/// <summary>enter: into namespaces of any process, as nsenter does; all that are not the caller's own, or those named.</summary>
internal static class EnterVerb
{
    public static int Execute(Context context, CommandLine line)
    {
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
        CloneFlags foreign = TargetNamespaces.Foreign(pid, types);
        // A program of the host's that only looks at a container's network is not the container's.
        RunState? container = foreign.HasFlag(CloneFlags.NewNs) ? ContainerOf(context, wanted) : null;
        var request = new EntryPlanRequest(pid, foreign, process) { Filter = container?.Filter(context.Storage.RunFolder(container.Id)) };
        return EntryRun.Execute(request, target, foreign.HasFlag(CloneFlags.NewNs) ? $"that of process {pid}" : "this machine's own root", container);
    }

    // Whose files the program is taken from: its mount namespace is the container's.
    private static RunState? ContainerOf(Context context, ProcessIdentity target)
    {
        string? files = MountNamespace(target.Pid);
        foreach (string id in context.Runs.Ids())
            if (RunState.Read(context.Storage.RunFolder(id)) is { Init: { IsAlive: true } init } state && (init == target || MountNamespace(init.Pid) == files)) return state;
        return null;
    }

    private static string? MountNamespace(int pid) => new FileInfo($"/proc/{pid}/ns/mnt").LinkTarget;

    private static string[] HostEnvironment()
        => [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}")];
}
