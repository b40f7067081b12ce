using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Runtime.Child;

namespace PSContainer.Runtime.Verbs;

/// <summary>Carries an entry plan out and stays in front of the process; exec and enter share it.</summary>
internal static class EntryRun
{
    /// <param name="container">Whose filter the process gets, and whose agent is told of it.</param>
    public static int Execute(EntryPlanRequest request, int target, string root, RunState? container = null)
    {
        SyscallPlan plan = EntryPlan.Build(request);
        // A shell in the caller's own session gets the terminal's Ctrl+C itself.
        int signals = Foreground.Prepare();
        var start = new ChildStart(plan, root)
        {
            Listener = (listener, pid) => SeccompAgent.Tell(request.Filter!.Listener!, container!, ContainerStatus.Running, pid, listener),
        };
        start.GiveOwn(EntryPlan.TargetSlot, target);
        // Without one of its own, it has the caller's terminal.
        using Terminal? terminal = request.Process.Terminal ? null : Terminal.Cooked(0);
        Born process = start.Run(untilReady: false);
        Reply.Started(ProcessIdentity.Of(process.Pid) ?? new ProcessIdentity(process.Pid, 0));
        int code = Foreground.Wait(process, signals).ShellCode;
        terminal?.TakeBack();
        return code;
    }
}
