using PSContainer.Engine.Text;

namespace PSContainer.Engine.Plan;

/// <summary>A plan in words: what -WhatIf, -Verbose and <c>pscontainer plan</c> print.</summary>
public static class PlanText
{
    /// <summary>A line a step: the call, and behind it the reason.</summary>
    public static IEnumerable<string> Lines(SyscallPlan plan)
    {
        int number = 0;
        foreach (Step step in plan.Prepare) yield return Line(++number, "host ", step.ToString(), Reason(step));
        foreach (Step step in plan.Between) yield return Line(++number, "betw.", step.ToString(), Reason(step));
        string who = plan.Between.Count > 0 ? "betw." : "host ";
        string flags = plan.Clone3.Cgroup is { } cgroup ? $"{plan.Clone3.Shown}, cgroup={cgroup}" : plan.Clone3.Shown;
        yield return Line(++number, who, $"clone3({flags})", plan.Clone3.Why);
        foreach (Step step in plan.Child) yield return Line(++number, "child", step.ToString(), Reason(step));
    }

    private static string Reason(Step step)
    {
        string condition = (step.When, step.Unless) switch
        {
            ({ } when, _) => $" [if {when}]",
            (_, { } unless) => $" [unless {unless}]",
            _ => "",
        };
        string tolerated = step.Tolerated.Count == 0 ? "" : $" [{string.Join(", ", step.Tolerated)}: fine]";
        return step.Why + condition + tolerated;
    }

    private static string Line(int number, string who, string call, string why)
        // Names of slots and reasons hold paths as well, and those come from strangers.
        => Printable.Of($"{number,4} {who} {call}  # {why}");
}
