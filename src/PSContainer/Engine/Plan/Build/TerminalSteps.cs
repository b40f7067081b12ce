using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>
/// A pseudoterminal out of the container's own devpts: its master goes to the parent, its slave becomes the streams. The
/// slave is opened through the master (TIOCGPTPEER), never by a path that the image could have prepared (CVE-2025-52565).
/// </summary>
internal sealed class TerminalSteps(PlanDraft draft)
{
    private const int SetLock = 0x40045431, GetPeer = 0x5441, SetControlling = 0x540E;

    /// <summary>Opens the pair, before the pivot.</summary>
    public void Open(Slot root)
    {
        Slot master = draft.Add(Call.Openat2, "a new terminal, out of the container's own devpts",
            InRoot.HowArguments(root, "/dev/pts/ptmx", OpenFlags.ReadWrite | OpenFlags.NoCtty | OpenFlags.CloseOnExec, 0, Resolve.InRoot | Resolve.NoMagiclinks | Resolve.NoSymlinks),
            result: "master", subject: "/dev/pts/ptmx");
        Use(master);
    }

    /// <summary>Opens the pair from inside: the namespaces are joined, the root is the container's.</summary>
    public void OpenInside()
    {
        Slot master = draft.Add(Call.Openat, "a new terminal, out of the container's own devpts",
            [PlanDraft.WorkingDirectory, "/dev/pts/ptmx", PlanDraft.Flags(OpenFlags.ReadWrite | OpenFlags.NoCtty | OpenFlags.CloseOnExec, "O_RDWR|O_NOCTTY")],
            result: "master", subject: "/dev/pts/ptmx");
        Use(master);
    }

    private void Use(Slot master)
    {
        draft.Add(Call.Ioctl, "its slave may be opened", [master, PlanDraft.Flags(SetLock, "TIOCSPTLCK"), new Argument.Bytes(new byte[4], "0")]);
        Slot slave = draft.Add(Call.Ioctl, "its slave, by no path (CVE-2025-52565)",
            [master, PlanDraft.Flags(GetPeer, "TIOCGPTPEER"), PlanDraft.Flags(OpenFlags.ReadWrite | OpenFlags.NoCtty | OpenFlags.CloseOnExec, "O_RDWR|O_NOCTTY")], result: "slave");
        draft.Add(Call.HandOver, "the master goes to the parent", [master]);
        for (int stream = 0; stream < 3; stream++)
            draft.Add(Call.Dup3, "the terminal is the standard streams", [slave, stream, 0]);
        draft.Add(Call.Ioctl, "it is the session's controlling terminal", [slave, PlanDraft.Flags(SetControlling, "TIOCSCTTY"), 0]);
    }
}
