using System.Runtime.InteropServices;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>Who the process is and what it may: limits, groups, user, capabilities, no_new_privs.</summary>
internal static class CredentialSteps
{
    private const int PrSetDumpable = 4, PrSetKeepcaps = 8, PrCapbsetDrop = 24, PrSetNoNewPrivs = 38, PrCapAmbient = 47;
    private const int AmbientRaise = 2, AmbientClearAll = 4;

    private static readonly string[] RlimitTypes =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC", "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    // Numbered without a gap from 0, which tests/unit checks.
    private static readonly string[] CapabilityNames = Enum.GetNames<Capability>();

    /// <summary>struct __user_cap_header_struct and two __user_cap_data_struct of capset(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct CapabilityData
    {
        public uint EffectiveLow, PermittedLow, InheritableLow;
        public uint EffectiveHigh, PermittedHigh, InheritableHigh;

        public readonly string Shown => $"{{effective {Whole(EffectiveHigh, EffectiveLow):x}, permitted {Whole(PermittedHigh, PermittedLow):x}, inheritable {Whole(InheritableHigh, InheritableLow):x}}}";

        private static ulong Whole(uint high, uint low) => (ulong)high << 32 | low;
    }

    /// <summary>Stands where the right to raise them is still there, and behind everything that they could make fail: with ten descriptors no root is put together.</summary>
    public static void AddLimits(PlanDraft draft, ProcessSpec process)
    {
        foreach (RlimitSpec limit in process.Rlimits)
            draft.Add(Call.Prlimit64, "process.rlimits",
                [0, PlanDraft.Flags(TypeOf(limit), limit.Type), PlanDraft.Structure((limit.Soft, limit.Hard), static both => $"{{{both.Soft}, {both.Hard}}}"), 0], subject: limit.Type);
    }

    /// <summary>A user namespace has no right to raise a limit: all that may come below is raised beforehand, and lowered by <see cref="AddLimits"/>.</summary>
    public static void RaiseLimits(PlanDraft draft, ProcessSpec process)
    {
        // The kernel takes no more open files than sysctl fs.nr_open, which is this where nobody has changed it.
        const ulong mostFiles = 1 << 20;
        foreach (RlimitSpec limit in process.Rlimits)
        {
            ulong most = limit.Type == "RLIMIT_NOFILE" ? Math.Max(mostFiles, limit.Hard) : ulong.MaxValue;
            draft.Add(Call.Prlimit64, "whoever is nobody to the host could not raise it",
                [0, PlanDraft.Flags(TypeOf(limit), limit.Type), PlanDraft.Structure((most, most), static both => $"{{{both.Item1}, {both.Item2}}}"), 0],
                // Whoever may not raise it has it as high as it will get.
                tolerate: [Errno.EPERM], subject: limit.Type);
        }
    }

    private static int TypeOf(RlimitSpec limit) => Array.IndexOf(RlimitTypes, limit.Type) is >= 0 and var type ? type
        : throw new EngineException("RlimitInvalid", Reason.InvalidInput, $"'{limit.Type}' is no resource limit.", "See getrlimit(2).");

    /// <summary>By the host's procfs, which is in reach only before the root is changed.</summary>
    public static void AddOomScore(PlanDraft draft, ProcessSpec process)
    {
        if (process.OomScoreAdj is { } score)
            draft.Add(Call.WriteFile, "process.oomScoreAdj",
                [.. InRoot.HowArguments(PlanDraft.WorkingDirectory, "/proc/self/oom_score_adj", OpenFlags.WriteOnly | OpenFlags.CloseOnExec, 0, Resolve.None),
                 score.ToString(), score.ToString().Length], subject: "oom_score_adj");
    }

    /// <summary>From here on nobody in the container can trace this process or read its descriptors (CVE-2016-9962).</summary>
    public static void Hide(PlanDraft draft)
        => draft.Add(Call.Prctl, "nobody inside may look into this process while it is half-way (CVE-2016-9962)",
            [PlanDraft.Flags(PrSetDumpable, "PR_SET_DUMPABLE"), 0, 0, 0, 0]);

    public static void Drop(PlanDraft draft, ProcessSpec process)
    {
        CapabilitySpec sets = process.Capabilities;
        if (process.NoNewPrivileges)
            draft.Add(Call.Prctl, "no setuid program and no file capability gives more", [PlanDraft.Flags(PrSetNoNewPrivs, "PR_SET_NO_NEW_PRIVS"), 1, 0, 0, 0]);

        ulong bounding = Bits(sets.Bounding);
        foreach (Capability capability in Enum.GetValues<Capability>())
            if ((bounding & (1UL << (int)capability)) == 0)
                // EINVAL: this kernel is older than the capability.
                draft.Add(Call.Prctl, "not in the bounding set", [PlanDraft.Flags(PrCapbsetDrop, "PR_CAPBSET_DROP"), PlanDraft.Flags((long)capability, capability.ToString()), 0, 0, 0],
                    tolerate: [Errno.EINVAL]);

        draft.Add(Call.Prctl, "capabilities outlive the change of user, to be set below", [PlanDraft.Flags(PrSetKeepcaps, "PR_SET_KEEPCAPS"), 1, 0, 0, 0]);
        UserSpec user = process.User;
        var groups = new byte[user.AdditionalGids.Count * sizeof(uint)];
        MemoryMarshal.Cast<uint, byte>(user.AdditionalGids.ToArray()).CopyTo(groups);
        draft.Add(Call.Setgroups, "exactly these supplementary groups", [user.AdditionalGids.Count, new Argument.Bytes(groups, $"[{string.Join(", ", user.AdditionalGids)}]")]);
        draft.Add(Call.Setresgid, "the group", [user.Gid, user.Gid, user.Gid]);
        draft.Add(Call.Setresuid, "the user", [user.Uid, user.Uid, user.Uid]);
        draft.Add(Call.Umask, "the file mode mask", [PlanDraft.Flags(user.Umask ?? 0x12, "0" + Convert.ToString(user.Umask ?? 0x12, 8))]);

        ulong effective = Bits(sets.Effective), permitted = Bits(sets.Permitted), inheritable = Bits(sets.Inheritable), ambient = Bits(sets.Ambient);
        var data = new CapabilityData
        {
            EffectiveLow = (uint)effective, PermittedLow = (uint)permitted, InheritableLow = (uint)inheritable,
            EffectiveHigh = (uint)(effective >> 32), PermittedHigh = (uint)(permitted >> 32), InheritableHigh = (uint)(inheritable >> 32),
        };
        const uint version3 = 0x20080522;
        draft.Add(Call.Capset, "exactly these capabilities", [PlanDraft.Structure((version3, 0), static _ => "{v3, 0}"),
            PlanDraft.Structure(data, static sets => sets.Shown)]);
        draft.Add(Call.Prctl, "none is handed on by itself", [PlanDraft.Flags(PrCapAmbient, "PR_CAP_AMBIENT"), PlanDraft.Flags(AmbientClearAll, "CLEAR_ALL"), 0, 0, 0]);
        foreach (Capability capability in Enum.GetValues<Capability>())
            if ((ambient & (1UL << (int)capability)) != 0)
                draft.Add(Call.Prctl, "process.capabilities.ambient", [PlanDraft.Flags(PrCapAmbient, "PR_CAP_AMBIENT"), PlanDraft.Flags(AmbientRaise, "RAISE"), PlanDraft.Flags((long)capability, capability.ToString()), 0, 0],
                    // EPERM: not inheritable as well, as in the bundles of old runc; the process then simply has less.
                    tolerate: [Errno.EPERM, Errno.EINVAL]);
    }

    private static ulong Bits(IReadOnlyList<string> names)
    {
        ulong bits = 0;
        foreach (string name in names)
            // Not Enum.TryParse, which takes numbers, lists and spaces as well.
            bits |= 1UL << (Array.IndexOf(CapabilityNames, name) is >= 0 and var number
                ? number
                : throw new EngineException("CapabilityUnknown", Reason.InvalidInput, $"'{name}' is no capability.", "See capabilities(7)."));
        return bits;
    }
}
