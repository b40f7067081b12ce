using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Spec;

namespace PSContainer.Tests.Unit.Plan;

/// <summary>A small specification, and the plan that becomes of it.</summary>
internal static class SamplePlan
{
    public static readonly string[] AllNamespaces = ["pid", "mount", "uts", "ipc", "network", "cgroup"];

    public static RuntimeSpec Spec(params string[] arguments) => new()
    {
        Hostname = "box",
        Root = new RootSpec("rootfs", false),
        Process = new ProcessSpec { Args = arguments.Length == 0 ? ["/bin/true"] : arguments, Env = ["PATH=/usr/bin:/bin"], NoNewPrivileges = true },
        Mounts = [new("/proc", "proc", "proc") { Options = ["nosuid", "noexec", "nodev"] }, new("/dev", "tmpfs", "tmpfs") { Options = ["nosuid", "mode=755"] }],
        Linux = new LinuxSpec
        {
            Namespaces = [.. AllNamespaces.Select(type => new NamespaceSpec(type))],
            MaskedPaths = ["/proc/keys"],
            ReadonlyPaths = ["/proc/sys"],
        },
    };

    public static SyscallPlan Build(RuntimeSpec spec, Func<ContainerPlanRequest, ContainerPlanRequest>? change = null)
    {
        var request = new ContainerPlanRequest(spec, new RootSource.Folder("/srv/root"), ContainerCgroupPlan.None) { Host = new HostView(path => !path.EndsWith(".conf", StringComparison.Ordinal)) };
        return ContainerPlan.Build(change?.Invoke(request) ?? request);
    }

    public static SyscallPlan Build(Func<RuntimeSpec, RuntimeSpec> change) => Build(change(Spec()));

    public static RuntimeSpec With(this RuntimeSpec spec, Func<ProcessSpec, ProcessSpec> change) => spec with { Process = change(spec.Process!) };

    public static RuntimeSpec With(this RuntimeSpec spec, Func<LinuxSpec, LinuxSpec> change) => spec with { Linux = change(spec.Linux) };

    public static RuntimeSpec Mounting(this RuntimeSpec spec, string destination, string? type, string? source, params string[] options)
        => spec with { Mounts = [.. spec.Mounts, new MountSpec(destination, type, source) { Options = options }] };

    /// <summary>Where the first child step is whose text holds all of these; fails where there is none.</summary>
    public static int Find(this SyscallPlan plan, params string[] texts) => plan.Find(0, texts);

    public static int Find(this SyscallPlan plan, int from, params string[] texts)
    {
        for (int i = from; i < plan.Child.Count; i++)
            if (texts.All(Text(plan.Child[i]).Contains)) return i;
        throw new Xunit.Sdk.XunitException($"no step with {string.Join(", ", texts)} from {from} on");
    }

    public static Step Step(this SyscallPlan plan, params string[] texts) => plan.Child[plan.Find(texts)];

    public static bool Has(this SyscallPlan plan, params string[] texts) => plan.Child.Any(step => texts.All(Text(step).Contains));

    public static int Count(this SyscallPlan plan, params string[] texts) => plan.Child.Count(step => texts.All(Text(step).Contains));

    public static int Last(this SyscallPlan plan, params string[] texts)
        => Enumerable.Range(0, plan.Child.Count).Last(i => texts.All(Text(plan.Child[i]).Contains));

    /// <summary>The steps, as they are, come in this order.</summary>
    public static void InOrder(this SyscallPlan plan, params string[] texts)
    {
        int at = 0;
        foreach (string text in texts) at = plan.Find(at, text) + 1;
    }

    private static string Text(Step step) => $"{step} # {step.Why}";
}
