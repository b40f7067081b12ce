using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>
/// The recipe of a container: every step in its order. The order is the subject here; what a step consists of stands in
/// the rooms beside.
/// </summary>
public static class ContainerPlan
{
    /// <exception cref="EngineException">The specification asks for something that can't be.</exception>
    public static SyscallPlan Build(ContainerPlanRequest request)
    {
        RuntimeSpec spec = request.Spec;
        ProcessSpec process = spec.Process ?? throw new EngineException("ConfigInvalid", Reason.InvalidInput, "The configuration has no process to start.");
        var draft = new PlanDraft();
        var mounts = new MountCalls(draft);
        var cgroup = new CgroupSteps(draft, request.Cgroup);
        Check(spec);

        // The parent, with the host's view.
        cgroup.Make();
        var namespaces = new NamespaceSteps(draft, spec.Linux.Namespaces);
        var users = new UserSteps(draft, spec.Linux, namespaces, request.Endpoints.Count > 0);
        if (users.IsApart && CgroupSteps.IsWritable(spec)) cgroup.GiveTo(users);
        var network = new NetworkSteps(draft, request.Endpoints, users.Network);
        CloneFlags made = cgroup.Flags | (namespaces.WithClone & ~(users.Network is null ? 0 : CloneFlags.NewNet));
        draft.Clone(new CloneStep(made, FlagText.Clone(made), cgroup.BornIn, "the container's first process, with namespaces of its own"));
        users.Begin(process);

        // The child, still seeing the host's files.
        CredentialSteps.Hide(draft);
        string keyring = "_ses." + (spec.Hostname ?? "container");
        if (!users.IsApart) ProcessSteps.NewKeyring(draft, keyring);
        ProcessSteps.PlaceStreams(draft);
        draft.Add(Call.Setsid, "away from the caller's terminal and its signals", []);
        cgroup.Join();
        if (!users.IsApart) namespaces.Join(draft);
        namespaces.MakeCgroup(draft);
        if (users.IsApart)
        {
            UserSteps.BecomeRoot(draft);
            // Its owner is whoever makes it, and whose quota it counts in.
            ProcessSteps.NewKeyring(draft, keyring);
        }
        network.Add();
        if (!users.IsApart) CredentialSteps.AddOomScore(draft, process);
        draft.Add(Call.Umask, "modes as written", [0]);

        // The child puts its world together.
        draft.Outside(() => RootSteps.Isolate(draft, spec.Linux.RootfsPropagation));
        Slot outside = draft.Outside(() => new RootSteps(draft, mounts, users).Make(request.Root, spec.Root.ReadOnly, spec.Linux.RootfsPropagation));
        Slot root = users.IsApart ? RootSteps.TakeOver(draft, mounts, outside) : outside;
        var inRoot = new InRoot(draft, root);
        var mountSteps = new MountSteps(draft, mounts, inRoot, request, namespaces, users);
        mountSteps.AddAll();
        new DeviceSteps(draft, mounts, inRoot, users).Add(spec, users.IsApart ? mountSteps.Dev ?? outside : root, mountSteps.Dev is not null && users.IsApart);
        TerminalSteps? terminal = process.Terminal ? new TerminalSteps(draft) : null;
        terminal?.Open(root);
        inRoot.MakeDirectory(process.Cwd, "the working directory, if there is none");
        SysctlSteps.Add(draft, inRoot, spec.Linux, namespaces.All);
        new MaskSteps(draft, mounts, inRoot).Add(spec.Linux);
        if (namespaces.Made.HasFlag(CloneFlags.NewNet)) NamespaceSteps.RaiseLoopback(draft);
        NamespaceSteps.SetNames(draft, spec.Hostname, spec.Domainname);
        if (spec.Root.ReadOnly) RootSteps.Seal(mounts, root);
        RootSteps.Enter(draft, root, spec.Linux.RootfsPropagation);
        ProcessSteps.KeepDescriptors(draft, request.WaitForStart, request.Idle);

        // The child becomes what the container runs.
        ProcessSteps.EnterWorkingDirectory(draft, process.Cwd);
        CredentialSteps.AddLimits(draft, process);
        var filter = new FilterSteps(draft, request.Filter, process);
        filter.LoadWhilePrivileged();
        CredentialSteps.Drop(draft, process);
        if (request.WaitForStart && !request.Idle) ProcessSteps.FindProgram(draft, process);
        ProcessSteps.ResetSignals(draft, request.Idle);
        if (request.DieWithParent) ProcessSteps.DieWithParent(draft);
        // Nobody listens to a failure behind that: whoever waits for its start has the filter while it waits.
        if (request.WaitForStart) filter.LoadLast();
        ProcessSteps.TellReady(draft);
        if (request.WaitForStart) ProcessSteps.AwaitStart(draft);
        else filter.LoadLast();
        if (request.Idle) ProcessSteps.ExecuteIdle(draft, process);
        else ProcessSteps.Execute(draft, process);
        return draft.Finish();
    }

    private static void Check(RuntimeSpec spec)
    {
        bool ownUts = spec.Linux.Namespaces.Any(n => n.Type == "uts" && n.Path is null);
        if (!ownUts && (spec.Hostname ?? spec.Domainname) is not null)
            throw new EngineException("HostnameShared", Reason.InvalidInput, "A host name is given, but the uts namespace is shared with others.",
                "Remove the host name, or list a uts namespace.");
    }
}
