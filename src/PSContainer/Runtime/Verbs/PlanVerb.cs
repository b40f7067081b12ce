using System.Text;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Seccomp;
using PSContainer.Runtime.Child;

namespace PSContainer.Runtime.Verbs;

/// <summary>plan: what run would do, call by call, with the reasons; nothing is done.</summary>
internal static class PlanVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        _ = context;
        StartRequest request = BundleOptions.Read(line, line.Next() ?? "container");
        CgroupPlan cgroup = CgroupPlan.Create(CgroupMounts.Discover(), CgroupPath.Resolve(request.Spec.Linux.CgroupsPath, request.Id), ResourceSettings.From(request.Spec.Linux.Resources, request.Words));
        SyscallPlan plan = ContainerPlan.Build(new ContainerPlanRequest(request.Spec, request.Root, ContainerCgroupPlan.Make(cgroup))
        {
            Filter = request.Spec.Linux.Seccomp is { } seccomp ? FilterCompiler.Compile(SeccompReader.Read(seccomp.Json)) : null,
        });
        var text = new StringBuilder();
        foreach (string step in PlanText.Lines(plan)) text.Append(step).Append('\n');
        Text.Out(text.ToString());
        return 0;
    }
}
