using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>Everything that an entry into existing namespaces is planned from.</summary>
/// <param name="Target">The process whose namespaces are entered; its descriptor is given when the plan runs.</param>
/// <param name="Types">Which of its namespaces; only such as differ from the caller's (setns(2) refuses one's own user namespace).</param>
/// <param name="Process">What to run there.</param>
public sealed record EntryPlanRequest(int Target, CloneFlags Types, ProcessSpec Process)
{
    /// <summary>v1 groups to join, and the v2 group to be born in; none keeps the caller's.</summary>
    public ContainerCgroupPlan Cgroup { get; init; } = ContainerCgroupPlan.None;

    /// <summary>User, capabilities and the like as <see cref="Process"/> says (exec); otherwise the caller's own (nsenter).</summary>
    public bool Confined { get; init; }

    /// <summary>Which calls the program may make, as in the container that it enters; null for all.</summary>
    public CompiledFilter? Filter { get; init; }
}

/// <summary>The recipe of an entry: exec into a container, or nsenter into what a process has.</summary>
public static class EntryPlan
{
    private const string Keyring = "_ses.exec";

    /// <summary>The slot of the target's pidfd.</summary>
    public const string TargetSlot = "target";

    public static SyscallPlan Build(EntryPlanRequest request)
    {
        var draft = new PlanDraft();
        var cgroup = new CgroupSteps(draft, request.Cgroup);
        Slot target = draft.GivenSlot(TargetSlot);
        ProcessSpec process = request.Process;

        cgroup.Make();
        if (request.Types.HasFlag(CloneFlags.NewPid))
            draft.Add(Call.Setns, "the caller's next child is born in its pid namespace", [target, PlanDraft.Flags((long)CloneFlags.NewPid, "CLONE_NEWPID")]);
        draft.Clone(new CloneStep(cgroup.Flags, FlagText.Clone(cgroup.Flags), cgroup.BornIn, "a process for the other side; the caller itself stays"));

        CredentialSteps.Hide(draft);
        bool isApart = request.Types.HasFlag(CloneFlags.NewUser);
        if (request.Confined && !isApart) ProcessSteps.NewKeyring(draft, Keyring);
        ProcessSteps.PlaceStreams(draft);
        // Whoever is confined gets no controlling terminal of the caller's, which it could type into (TIOCSTI).
        if (process.Terminal || request.Confined) draft.Add(Call.Setsid, "a session of its own, away from the caller's terminal", []);
        cgroup.Join();
        if (request.Confined) CredentialSteps.AddOomScore(draft, process);
        CloneFlags rest = request.Types & ~CloneFlags.NewPid;
        if (rest != 0)
            // One call for all: the kernel checks every one before it changes any (Linux 5.8).
            draft.Add(Call.Setns, "into the namespaces, all or none", [target, PlanDraft.Flags((long)rest, FlagText.Clone(rest))], subject: $"process {request.Target}");
        if (isApart)
        {
            // Before the terminal and the keys, which belong to whoever makes them.
            UserSteps.BecomeRoot(draft);
            if (request.Confined) ProcessSteps.NewKeyring(draft, Keyring);
        }
        if (process.Terminal) new TerminalSteps(draft).OpenInside();
        ProcessSteps.KeepDescriptors(draft);

        var filter = new FilterSteps(draft, request.Filter, process);
        if (request.Confined)
        {
            ProcessSteps.EnterWorkingDirectory(draft, process.Cwd);
            CredentialSteps.AddLimits(draft, process);
            filter.LoadWhilePrivileged();
            CredentialSteps.Drop(draft, process);
        }
        ProcessSteps.ResetSignals(draft);
        ProcessSteps.DieWithParent(draft);
        ProcessSteps.TellReady(draft);
        filter.LoadLast();
        ProcessSteps.Execute(draft, process);
        return draft.Finish();
    }
}
