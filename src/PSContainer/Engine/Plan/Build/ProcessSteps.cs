using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>The last stretch: streams, working directory, the program's path, the start, and execve(2).</summary>
public static class ProcessSteps
{
    /// <summary>The descriptors that outlive the close below: the parent's socket, the start fifo, the idle init.</summary>
    public const int ParentDescriptor = 3, FifoDescriptor = 4, IdleDescriptor = 5;

    private const int PrSetPdeathsig = 1, PrSetKeyring = 1;
    private const string NotOnPath = "the program is in none of the folders of PATH";
    private static readonly Errno[] ElsewherePerhaps = [Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES, Errno.ELOOP];

    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>A keyring of its own: the session's keys of whoever called stay unreachable.</summary>
    public static void NewKeyring(PlanDraft draft, string name)
        => draft.Add(Call.Keyctl, "the caller's keys stay with the caller", [PlanDraft.Flags(PrSetKeyring, "KEYCTL_JOIN_SESSION_KEYRING"), name],
            // ENOSYS: a kernel without keys. EDQUOT: the user's quota of keyrings is used up; there is then none to inherit either.
            tolerate: [Errno.ENOSYS]);

    /// <summary>Puts the given streams at 0, 1 and 2; those not given stay as they are.</summary>
    public static void PlaceStreams(PlanDraft draft)
    {
        (string Name, int At)[] places =
            [(GivenSlots.StandardInput, 0), (GivenSlots.StandardOutput, 1), (GivenSlots.StandardError, 2)];
        foreach ((string name, int at) in places)
            draft.Add(Call.Dup3, name, [draft.GivenSlot(name), at, 0]);
    }

    /// <summary>
    /// Puts what must survive right above the streams, and closes all the rest: no descriptor of the host may be there when a
    /// path of the image is first walked (CVE-2024-21626). It stands behind the last step that uses a slot: any of these
    /// numbers may have been one until then.
    /// </summary>
    public static void KeepDescriptors(PlanDraft draft, bool fifo = false, bool idle = false)
    {
        Argument closeOnExec = PlanDraft.Flags(OpenFlags.CloseOnExec, "O_CLOEXEC");
        draft.Add(Call.Dup3, "the way to tell the parent of a failure", [draft.GivenSlot(GivenSlots.Parent), ParentDescriptor, closeOnExec]);
        if (fifo) draft.Add(Call.Dup3, "the start fifo", [draft.GivenSlot(GivenSlots.StartFifo), FifoDescriptor, closeOnExec]);
        if (idle) draft.Add(Call.Dup3, "the idle init, a program in memory", [draft.GivenSlot(GivenSlots.IdleProgram), IdleDescriptor, closeOnExec]);

        const string why = "no descriptor of the host outlives the pivot (CVE-2024-21626)";
        if (idle && !fifo) draft.Add(Call.CloseRange, why, [FifoDescriptor, FifoDescriptor, 0]);
        int firstOther = idle ? IdleDescriptor + 1 : fifo ? FifoDescriptor + 1 : ParentDescriptor + 1;
        draft.Add(Call.CloseRange, why, [firstOther, PlanDraft.Flags(uint.MaxValue, "~0"), 0]);
    }

    public static void EnterWorkingDirectory(PlanDraft draft, string path)
    {
        Slot folder = draft.Add(Call.Openat2, "the working directory, reached through no magic link",
            InRoot.HowArguments(PlanDraft.WorkingDirectory, path, OpenFlags.Path | OpenFlags.Directory | OpenFlags.CloseOnExec, 0, Resolve.InRoot | Resolve.NoMagiclinks),
            result: "cwd", subject: path);
        draft.Add(Call.Fchdir, "the working directory", [folder], subject: path);
        draft.Add(Call.Close, "entered", [folder]);
    }

    public static void DieWithParent(PlanDraft draft)
    {
        const int kill = 9;
        // After the change of user, which would undo it (prctl(2)).
        draft.Add(Call.Prctl, "a container that nobody watches could not tell how it ended", [PlanDraft.Flags(PrSetPdeathsig, "PR_SET_PDEATHSIG"), PlanDraft.Flags(kill, "SIGKILL"), 0, 0, 0]);
    }

    /// <summary>Looks up args[0] along PATH before the start, so that a missing program is told while somebody listens.</summary>
    public static void FindProgram(PlanDraft draft, ProcessSpec process)
    {
        const int execute = 1;
        string[] candidates = Candidates(process);
        var found = draft.NewSlot("program");
        foreach (string candidate in candidates)
            draft.Add(Call.Faccessat, "is the program here?", [PlanDraft.WorkingDirectory, candidate, PlanDraft.Flags(execute, "X_OK")],
                into: found, unless: found, subject: candidate, tolerate: candidates.Length == 1 ? [] : ElsewherePerhaps);
        draft.Add(Call.Fail, NotOnPath, [(long)Errno.ENOENT], unless: found, subject: process.Args[0]);
    }

    /// <summary>All is ready; with nobody left to hear it, SIGPIPE ends a container that would have no supervisor.</summary>
    public static void TellReady(PlanDraft draft)
        => draft.Add(Call.Ready, "tells the parent that all is ready", []);

    public static void AwaitStart(PlanDraft draft)
        // The writer's end is open in this very process, so an early end of file can't happen.
        => draft.Add(Call.Read, "waits until somebody starts the container", [FifoDescriptor, new Argument.Bytes(new byte[1], "1 byte"), 1]);

    /// <summary>Signals as a new process expects them: none blocked, none ignored; for the idle init all blocked, as it has them itself.</summary>
    public static void ResetSignals(PlanDraft draft, bool idle = false)
    {
        // The real-time ones as well: the C library's own functions can't reach the first of them, so nobody else would.
        const int lastSignal = 64, kill = 9, stop = 19, setMask = 2;
        var usual = new Argument.Bytes(new byte[32], "SIG_DFL");
        for (int signal = 1; signal <= lastSignal; signal++)
            if (signal is not (kill or stop))
                draft.Add(Call.RtSigaction, "an ignored signal would stay ignored over execve", [signal, usual, 0, 8]);
        if (idle)
            // What is not blocked and has no handler, the first process of a pid namespace never gets (pid_namespaces(7)).
            draft.Add(Call.RtSigprocmask, "a signal that comes before the init's first instruction waits for it",
                [PlanDraft.Flags(setMask, "SIG_SETMASK"), new Argument.Bytes([.. Enumerable.Repeat(byte.MaxValue, 8)], "~[]"), 0, 8]);
        else
            draft.Add(Call.RtSigprocmask, "no signal is blocked", [PlanDraft.Flags(setMask, "SIG_SETMASK"), new Argument.Bytes(new byte[8], "[]"), 0, 8]);
    }

    /// <summary>execve(2) of args[0], along PATH where it has no slash, as execvp(3) does it.</summary>
    public static void Execute(PlanDraft draft, ProcessSpec process)
    {
        string[] candidates = Candidates(process);
        foreach (string candidate in candidates)
            draft.Add(Call.Execve, "the program takes over", [candidate, new Argument.Vector(process.Args), new Argument.Vector(process.Env)],
                subject: candidate, tolerate: candidates.Length == 1 ? [] : ElsewherePerhaps);
        draft.Add(Call.Fail, NotOnPath, [(long)Errno.ENOENT], subject: process.Args[0]);
    }

    /// <summary>The idle init needs no file and no library of the root.</summary>
    public static void ExecuteIdle(PlanDraft draft, ProcessSpec process)
        => draft.Add(Call.Execveat, "the idle init takes over: it reaps, and ends on SIGTERM",
            [IdleDescriptor, "", new Argument.Vector(["init"]), new Argument.Vector(process.Env), PlanDraft.Flags(Files.AtEmptyPath, "AT_EMPTY_PATH")],
            subject: "the idle init");

    private static string[] Candidates(ProcessSpec process)
    {
        string program = process.Args[0];
        if (program.Contains('/')) return [program];
        string path = process.Env.LastOrDefault(e => e.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? DefaultPath;
        return [.. path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => folder.TrimEnd('/') + "/" + program).Distinct()];
    }
}
