using System.Text;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>Which namespaces are made with the clone, which after it, and which are joined.</summary>
internal sealed class NamespaceSteps
{
    private static readonly Dictionary<string, CloneFlags> Types = new()
    {
        ["user"] = CloneFlags.NewUser, ["pid"] = CloneFlags.NewPid, ["mount"] = CloneFlags.NewNs, ["uts"] = CloneFlags.NewUts,
        ["ipc"] = CloneFlags.NewIpc, ["network"] = CloneFlags.NewNet, ["cgroup"] = CloneFlags.NewCgroup, ["time"] = CloneFlags.NewTime,
    };

    /// <summary>The reason of the steps that open a namespace; an error there has its own meaning.</summary>
    internal const string ToJoin = "the namespace to join";

    private readonly List<(NamespaceSpec Spec, CloneFlags Flag, Slot Opened)> _joined = [];

    public NamespaceSteps(PlanDraft draft, IReadOnlyList<NamespaceSpec> namespaces)
    {
        foreach (NamespaceSpec wanted in namespaces)
        {
            if (!Types.TryGetValue(wanted.Type, out CloneFlags flag))
                throw Invalid($"'{wanted.Type}' is no type of namespace");
            if (All.HasFlag(flag)) throw Invalid($"the namespace '{wanted.Type}' is listed twice");
            All |= flag;
            if (wanted.Path is null) Made |= flag;
            else if (flag == CloneFlags.NewNs) throw RuntimeSpecReader.NotSupported("joining a mount namespace");
            else _joined.Add((wanted, flag, Open(draft, wanted.Path)));
        }
        if (!Made.HasFlag(CloneFlags.NewNs)) throw Invalid("there is no new mount namespace, and the root can't be changed without one");
        foreach ((_, _, Slot opened) in _joined.Where(j => j.Flag == CloneFlags.NewPid))
            // The caller's own pid namespace stays; its next child is born in this one.
            draft.Add(Call.Setns, "the child is born in this pid namespace", [opened, PlanDraft.Flags((long)CloneFlags.NewPid, "CLONE_NEWPID")]);
    }

    /// <summary>All namespaces that are not the host's.</summary>
    public CloneFlags All { get; }

    public CloneFlags Made { get; }

    /// <summary>
    /// What clone3(2) makes. Not the cgroup namespace: its root is where its maker is, so first comes the join. Not what a go-between has entered before.
    /// </summary>
    public CloneFlags WithClone => Made & ~(CloneFlags.NewCgroup | CloneFlags.NewUser | CloneFlags.NewTime);

    /// <summary>The user namespace to join, once opened.</summary>
    public Slot? JoinedUser
    {
        get
        {
            foreach ((_, CloneFlags flag, Slot opened) in _joined)
                if (flag == CloneFlags.NewUser) return opened;
            return null;
        }
    }

    /// <summary>Where it is.</summary>
    public string? UserPath
    {
        get
        {
            foreach ((NamespaceSpec spec, CloneFlags flag, _) in _joined)
                if (flag == CloneFlags.NewUser) return spec.Path;
            return null;
        }
    }

    /// <summary>With the host's rights; the user namespace, which takes them, comes last, and the parent has seen to the pid namespace.</summary>
    public void Join(PlanDraft draft)
    {
        foreach ((NamespaceSpec spec, CloneFlags flag, Slot opened) in _joined.Where(j => j.Flag is not (CloneFlags.NewPid or CloneFlags.NewUser)))
            draft.Add(Call.Setns, $"shares the {spec.Type} namespace", [opened, PlanDraft.Flags((long)flag, FlagText.Clone(flag))], subject: spec.Path);
    }

    public void MakeCgroup(PlanDraft draft)
    {
        if (Made.HasFlag(CloneFlags.NewCgroup))
            draft.Add(Call.Unshare, "the container's cgroup becomes the root of what it sees", [PlanDraft.Flags((long)CloneFlags.NewCgroup, "CLONE_NEWCGROUP")]);
    }

    public static void SetNames(PlanDraft draft, string? hostname, string? domainname)
    {
        if (hostname is not null)
            draft.Add(Call.Sethostname, "its own name", [hostname, Encoding.UTF8.GetByteCount(hostname)], subject: hostname);
        if (domainname is not null)
            draft.Add(Call.Setdomainname, "its own NIS domain", [domainname, Encoding.UTF8.GetByteCount(domainname)], subject: domainname);
    }

    /// <summary>A new network namespace has one interface, and it is down.</summary>
    public static void RaiseLoopback(PlanDraft draft)
    {
        const int inet = 2, datagram = 2, closeOnExec = 0x80000, setInterfaceFlags = 0x8914;
        Slot socket = draft.Add(Call.Socket, "a handle on the network namespace",
            [PlanDraft.Flags(inet, "AF_INET"), PlanDraft.Flags(datagram | closeOnExec, "SOCK_DGRAM"), 0], result: "socket");
        // struct ifreq (netdevice(7)): 16 bytes of name, then the flags: IFF_UP.
        byte[] request = new byte[40];
        "lo"u8.CopyTo(request);
        request[16] = 1;
        draft.Add(Call.Ioctl, "loopback up", [socket, PlanDraft.Flags(setInterfaceFlags, "SIOCSIFFLAGS"), new Argument.Bytes(request, "{lo, IFF_UP}")]);
        draft.Add(Call.Close, "the handle has served", [socket]);
    }

    private static Slot Open(PlanDraft draft, string path)
        => draft.Add(Call.Openat, ToJoin, [PlanDraft.WorkingDirectory, path, PlanDraft.Flags(OpenFlags.CloseOnExec, "O_RDONLY")],
            result: path, subject: path);

    private static EngineException Invalid(string what)
        => new("NamespaceInvalid", Reason.InvalidInput, $"The list of namespaces can't be used: {what}.");
}
