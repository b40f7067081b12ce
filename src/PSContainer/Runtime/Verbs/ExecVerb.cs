using PSContainer.Engine;
using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Verbs;

/// <summary>exec: one more process in a running container, with the container's own confinement.</summary>
internal static class ExecVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        string id = line.Required("the container's id");
        string[] command = line.Rest();
        RunState state = context.Runs.Get(id);
        ContainerStatus status = StatusProbe.Of(state, context.Storage.RunFolder(id));
        if (status != ContainerStatus.Running)
            throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{id}' is {status.ToString().ToLowerInvariant()}; a command can only run in a running one.", "Start it first.");

        ProcessSpec process = Process(line, command, state);
        int target = state.Init.Open();
        if (target < 0) throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{id}' has just stopped.");
        var request = new EntryPlanRequest(state.Init.Pid, TargetNamespaces.Foreign(state.Init.Pid, (CloneFlags)ulong.MaxValue), process)
        {
            Confined = true, Filter = state.Filter(context.Storage.RunFolder(id)),
            Cgroup = state.CgroupPath is { } path ? ContainerCgroupPlan.Join(ContainerCgroup.Open(path)) : ContainerCgroupPlan.None,
        };
        return EntryRun.Execute(request, target, $"that of container '{id}'", state);
    }

    private static ProcessSpec Process(CommandLine line, string[] command, RunState state)
    {
        if (line.Value("process") is { } file) return RuntimeSpecReader.ReadProcessFile(file);
        ProcessSpec configured = RuntimeSpecReader.ReadBundle(state.Bundle).Process ?? new ProcessSpec();
        if (command.Length == 0) throw new EngineException("ArgumentMissing", Reason.InvalidInput, "The command line lacks the command to run.");

        // The container's root as its own first process sees it; the path stays inside whatever it links to.
        string root = $"/proc/{state.Init.Pid}/root";
        UserSpec user = line.Value("user") is { } name ? UserName.Resolve(name, path => UserName.ReadBelow(root, path)) : configured.User;
        CapabilitySpec capabilities = configured.Capabilities;
        if (line.Values("cap") is { Count: > 0 } more)
            capabilities = capabilities with
            {
                Bounding = [.. capabilities.Bounding.Union(more)], Effective = [.. capabilities.Effective.Union(more)], Permitted = [.. capabilities.Permitted.Union(more)],
            };
        // A user other than root starts with no effective capability, as execve(2) would have it.
        if (user.Uid != 0) capabilities = capabilities with { Effective = capabilities.Ambient, Permitted = capabilities.Ambient };
        return configured with
        {
            Args = command,
            // Twice the same name would leave it to each program which one it takes.
            Env = [.. configured.Env.Where(old => !line.Values("env").Any(given => Name(given) == Name(old))), .. line.Values("env")],
            Cwd = line.Value("cwd") ?? configured.Cwd,
            User = user,
            Capabilities = capabilities,
            Terminal = line.Flag("tty"),
        };
    }

    private static string Name(string variable) => variable.IndexOf('=') is > 0 and var equals ? variable[..equals] : variable;
}
