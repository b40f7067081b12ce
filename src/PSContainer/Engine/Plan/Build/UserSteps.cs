using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>
/// A container whose users are others outside. Its process is nobody to the host from the first moment on, so what only the host may do is done before it: mappings by the
/// parent, mounts by a go-between with mounts of its own, which then enters the user namespace, and has the container's process born there. All of the container's namespaces
/// so belong to its own root.
/// </summary>
internal sealed class UserSteps
{
    private readonly PlanDraft _draft;
    private readonly LinuxSpec _linux;
    private readonly NamespaceSteps _namespaces;

    /// <exception cref="EngineException">MappingInvalid, TimeOffsetInvalid.</exception>
    public UserSteps(PlanDraft draft, LinuxSpec linux, NamespaceSteps namespaces, bool hasEndpoints)
    {
        (_draft, _linux, _namespaces) = (draft, linux, namespaces);
        CheckClocks();
        bool isNew = namespaces.Made.HasFlag(CloneFlags.NewUser);
        if (!isNew && (linux.UidMappings.Count > 0 || linux.GidMappings.Count > 0))
            throw Invalid("there is no new user namespace", "List a user namespace without a path, or leave the mappings out.");
        if (isNew)
        {
            if (IdMapping.Outside(linux.UidMappings, 0) is null || IdMapping.Outside(linux.GidMappings, 0) is null)
                throw Invalid("they have nobody for the container's root", "Map its id 0, of users and of groups.");
            IdMapping.Check(linux.UidMappings, "users");
            IdMapping.Check(linux.GidMappings, "groups");
            (Slot user, Network) = HolderSteps.Make(draft, linux.UidMappings, linux.GidMappings, hasEndpoints && namespaces.Made.HasFlag(CloneFlags.NewNet), "a user namespace, with somebody in it for the moment");
            Namespace = user;
        }
        else
        {
            Namespace = namespaces.JoinedUser;
        }
        if (IsApart || namespaces.Made.HasFlag(CloneFlags.NewTime)) draft.GoBetween(IsApart);
    }

    /// <summary>The container's user namespace; null where it has the host's.</summary>
    public Slot? Namespace { get; }

    /// <summary>Where it is, of one that somebody else has made.</summary>
    public string? Path => _namespaces.UserPath;

    /// <summary>Its network namespace, where that had to be there before it.</summary>
    public Slot? Network { get; }

    /// <summary>Its root is not the host's.</summary>
    public bool IsApart => Namespace is not null;

    /// <summary>Which mappings are known here; not those of a namespace that somebody else has made.</summary>
    public bool AreKnown => _linux.UidMappings.Count > 0;

    /// <summary>A user of the container as the host knows it; its root where that one has nobody outside.</summary>
    public uint OutsideUid(uint inside) => Outside(_linux.UidMappings, inside);

    /// <inheritdoc cref="OutsideUid"/>
    public uint OutsideGid(uint inside) => Outside(_linux.GidMappings, inside);

    /// <summary>The go-between's first and last steps.</summary>
    public void Begin(ProcessSpec process)
    {
        if (!_draft.HasBetween) return;
        _draft.Between(() =>
        {
            CredentialSteps.Hide(_draft);
            if (!IsApart) return;
            _draft.Add(Call.Umask, "modes as written", [0]);
            _draft.Add(Call.Unshare, "mounts of its own, to put the root together as the host's root", [PlanDraft.Flags((long)CloneFlags.NewNs, "CLONE_NEWNS")]);
            _namespaces.Join(_draft);
            CredentialSteps.AddOomScore(_draft, process);
            CredentialSteps.RaiseLimits(_draft, process);
        });
        _draft.AtCrossing(() =>
        {
            if (Namespace is { } user) _draft.Add(Call.Setns, "from here on it is nobody to the host", [user, PlanDraft.Flags((long)CloneFlags.NewUser, "CLONE_NEWUSER")], subject: Path);
            if (_namespaces.Made.HasFlag(CloneFlags.NewTime)) MakeTime();
        });
    }

    /// <summary>The child takes its place as the container's root; the groups of before have no meaning there.</summary>
    public static void BecomeRoot(PlanDraft draft)
    {
        draft.Add(Call.Setresgid, "root of the user namespace", [0, 0, 0]);
        draft.Add(Call.Setresuid, "root of the user namespace", [0, 0, 0]);
    }

    // Offsets can be set as long as nobody lives there: the next child does (time_namespaces(7)).
    private void MakeTime()
    {
        _draft.Add(Call.Unshare, "the next child has clocks of its own", [PlanDraft.Flags((long)CloneFlags.NewTime, "CLONE_NEWTIME")]);
        string lines = string.Concat(_linux.TimeOffsets.Select(clock => $"{clock.Key} {clock.Value.Seconds} {clock.Value.Nanoseconds}\n"));
        if (lines.Length == 0) return;
        _draft.Add(Call.WriteFile, "linux.timeOffsets",
            [.. Root.InRoot.HowArguments(PlanDraft.WorkingDirectory, "/proc/self/timens_offsets", OpenFlags.WriteOnly | OpenFlags.CloseOnExec, 0, Resolve.None), lines, lines.Length], subject: "timens_offsets");
    }

    private void CheckClocks()
    {
        if (_linux.TimeOffsets.Count == 0) return;
        if (!_namespaces.Made.HasFlag(CloneFlags.NewTime)) throw Clock("there is no new time namespace");
        foreach ((string name, TimeOffset offset) in _linux.TimeOffsets)
        {
            if (name is not ("monotonic" or "boottime")) throw Clock($"'{Text.Printable.Of(name)}' is no clock that could be ahead");
            if (offset.Nanoseconds > 999_999_999) throw Clock("a second has not that many nanoseconds");
        }
    }

    private static uint Outside(IReadOnlyList<IdMapping> mappings, uint inside) => IdMapping.Outside(mappings, inside) ?? IdMapping.Outside(mappings, 0) ?? 0;

    private static EngineException Invalid(string why, string advice) => new("MappingInvalid", Reason.InvalidInput, $"The mappings of users and groups can't be used: {why}.", advice);

    private static EngineException Clock(string why) => new("TimeOffsetInvalid", Reason.InvalidInput, $"linux.timeOffsets can't be used: {why}.", "See time_namespaces(7).");
}
