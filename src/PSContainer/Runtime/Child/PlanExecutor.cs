using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSContainer.Engine.Plan;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Runtime.Child;

/// <summary>What a child tells its parent on their socket; an end of file says that execve(2) has happened.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ChildMessage
{
    public const int Failed = 1, Ready = 2, Descriptor = 3, Listener = 4;

    public int Kind;
    /// <summary>Failed: the number of the step. Descriptor, Listener: its number in the child.</summary>
    public int Value;
    public int Errno;
}

/// <summary>
/// The one place that carries a plan out, and the only code of ours that ever runs between clone3 and execve. There, one
/// thread of a copied process remains: it must not allocate, throw, take a lock or let a collection start. So it walks
/// memory that was laid out beforehand and makes calls that the runtime does not see (SuppressGCTransition); it runs in
/// the NativeAOT executable only, where nothing is compiled or bound late, with all signals blocked.
/// <code>
///   parent                                child
///     prepare steps, in the host's view
///     clone3 ──────────────────────────►  child steps
///     read(socket) ◄── Failed(step, errno) ── a step fails: exit
///                  ◄── Descriptor(n) ──────── HandOver; parent takes it with pidfd_getfd, answers one byte
///                  ◄── Listener(n) ────────── HandOverListener, likewise
///                  ◄── Ready ──────────────── Ready
///                  ◄── end of file ────────── execve has closed the socket
/// </code>
/// Where the child is nobody to the host, a go-between stands between both: it takes its steps, enters the child's user namespace, and makes the child, whose parent is the
/// go-between's own (CLONE_PARENT). The parent waits for its end, and finds in a page of both what has become of it.
/// </summary>
internal static unsafe partial class PlanExecutor
{
    [LibraryImport("libc", EntryPoint = "syscall"), SuppressGCTransition]
    internal static partial nint Invoke(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", EntryPoint = "__errno_location"), SuppressGCTransition]
    internal static partial int* ErrnoLocation();

    /// <summary>struct clone_args of clone3(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CloneArguments
    {
        public ulong Flags, Pidfd, ChildTid, ParentTid, ExitSignal, Stack, StackSize, Tls, SetTid, SetTidSize, Cgroup;
    }

    private const int ParentDescriptor = Engine.Plan.Build.ProcessSteps.ParentDescriptor;

    /// <summary>Takes the parent's steps; the number of the one that failed and its error, or -1.</summary>
    public static int Prepare(CompiledPlan plan, out Errno errno)
    {
        int error = 0;
        int failed = Walk(plan.Prepare, plan.Plan.Prepare.Count, plan.Slots, -1, &error);
        errno = (Errno)error;
        return failed;
    }

    /// <summary>
    /// Makes the child, which takes its steps and ends in execve; returns in the parent alone.
    /// </summary>
    /// <param name="childSocket">The child's end of the socket.</param>
    /// <param name="pidfd">A descriptor of the child.</param>
    /// <param name="between">Which step of the go-between failed; -1 where none did.</param>
    /// <returns>The child's pid, or a negative errno of clone3 or of the go-between's step.</returns>
    public static int Start(CompiledPlan plan, int childSocket, out int pidfd, out int between)
    {
        const int childEnds = 17, setMask = 2;
        int descriptor = -1;
        bool goesBetween = plan.Plan.Between.Count > 0;
        var arguments = new CloneArguments
        {
            Flags = (ulong)(plan.Plan.Clone3.Flags | CloneFlags.ClearSighand | (goesBetween ? CloneFlags.Parent : CloneFlags.Pidfd)),
            Pidfd = goesBetween ? 0 : (ulong)&descriptor,
            // CLONE_PARENT has the maker's own.
            ExitSignal = goesBetween ? 0u : childEnds,
            Cgroup = plan.Plan.Clone3.Cgroup is { } cgroup ? (ulong)plan.Slots[cgroup.Index] : 0,
        };
        CompiledStep* steps = plan.Child;
        int count = plan.Plan.Child.Count;
        long* slots = plan.Slots;

        ulong all = ulong.MaxValue, before = 0;
        Invoke(SyscallNumber.RtSigprocmask, setMask, (nint)(&all), (nint)(&before), sizeof(ulong), 0, 0);
        nint pid;
        int error, failed = -1;
        if (goesBetween)
        {
            Birth birth = GoBetween(plan, &arguments, childSocket);
            (pid, error, failed) = (birth.Pid, birth.Error, birth.Failed);
            if (pid > 0) descriptor = (int)Invoke(SyscallNumber.PidfdOpen, pid, 0, 0, 0, 0, 0);
        }
        else
        {
            pid = Invoke(SyscallNumber.Clone3, (nint)(&arguments), sizeof(CloneArguments), 0, 0, 0, 0);
            if (pid == 0) RunChild(steps, count, slots, childSocket);
            error = pid < 0 ? *ErrnoLocation() : 0;
        }
        Invoke(SyscallNumber.RtSigprocmask, setMask, (nint)(&before), 0, sizeof(ulong), 0, 0);
        pidfd = descriptor;
        between = failed;
        return pid < 0 ? -error : (int)pid;
    }

    /// <summary>What the go-between leaves to the parent.</summary>
    private struct Birth
    {
        /// <summary>The step of the go-between that failed; -1 for none.</summary>
        public int Failed;
        public int Error;
        public nint Pid;
    }

    private static Birth GoBetween(CompiledPlan plan, CloneArguments* child, int socket)
    {
        const int childEnds = 17, page = 4096, readWrite = 3, sharedAnonymous = 0x21;
        CompiledStep* between = plan.Between, steps = plan.Child;
        int betweenCount = plan.Plan.Between.Count, count = plan.Plan.Child.Count;
        long* slots = plan.Slots;
        var left = new Birth { Failed = -1, Pid = -1 };
        var shared = (Birth*)Invoke(SyscallNumber.Mmap, 0, page, readWrite, sharedAnonymous, -1, 0);
        if ((nint)shared == -1) return left with { Error = *ErrnoLocation() };
        *shared = left with { Error = (int)Errno.ECHILD };
        var own = new CloneArguments { Flags = (ulong)CloneFlags.ClearSighand, ExitSignal = childEnds };
        nint pid = Invoke(SyscallNumber.Clone3, (nint)(&own), sizeof(CloneArguments), 0, 0, 0, 0);
        if (pid == 0) RunBetween(between, betweenCount, child, steps, count, slots, socket, shared);
        if (pid < 0) left.Error = *ErrnoLocation();
        else
        {
            HolderMaking.Reap(pid);
            left = *shared;
        }
        Invoke(SyscallNumber.Munmap, (nint)shared, page, 0, 0, 0, 0);
        return left;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunBetween(CompiledStep* between, int betweenCount, CloneArguments* child, CompiledStep* steps, int count, long* slots, int socket, Birth* left)
    {
        int error = 0;
        left->Failed = Walk(between, betweenCount, slots, -1, &error);
        if (left->Failed < 0)
        {
            nint pid = Invoke(SyscallNumber.Clone3, (nint)child, sizeof(CloneArguments), 0, 0, 0, 0);
            if (pid == 0) RunChild(steps, count, slots, socket);
            error = pid < 0 ? *ErrnoLocation() : 0;
            left->Pid = pid;
        }
        left->Error = error;
        while (true) Invoke(SyscallNumber.ExitGroup, 0, 0, 0, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunChild(CompiledStep* steps, int count, long* slots, int socket)
    {
        int error = 0;
        int failed = Walk(steps, count, slots, socket, &error);
        var message = new ChildMessage { Kind = ChildMessage.Failed, Value = failed, Errno = error };
        Tell(socket, &message);
        while (true) Invoke(SyscallNumber.ExitGroup, 1, 0, 0, 0, 0, 0);
    }

    /// <summary>Walks steps to the first failure, whose number it returns; -1 where there was none.</summary>
    private static int Walk(CompiledStep* steps, int count, long* slots, int socket, int* error)
    {
        nint* a = stackalloc nint[6];
        for (int i = 0; i < count; i++)
        {
            CompiledStep* step = steps + i;
            if (step->When >= 0 && slots[step->When] < 0) continue;
            if (step->Unless >= 0 && slots[step->Unless] >= 0) continue;

            bool whole = true;
            for (int n = 0; n < 6; n++)
            {
                bool isSlot = (step->SlotMask & (1 << n)) != 0;
                long value = isSlot ? slots[step->Arguments[n]] : step->Arguments[n];
                if (isSlot && value < 0) whole = false;
                a[n] = (nint)value;
            }
            for (int n = 0; n < step->FillCount; n++)
            {
                long value = slots[step->Fills[n].Slot];
                if (value < 0) whole = false;
                *step->Fills[n].Target = (int)value;
            }
            // What an earlier step did not find, this one has nothing to do with.
            if (!whole) continue;

            nint result = step->Number >= 0
                ? Invoke(step->Number, a[0], a[1], a[2], a[3], a[4], a[5])
                : Compound(step->Number, a, socket);
            if (result >= 0)
            {
                if (step->Result >= 0) slots[step->Result] = result;
                continue;
            }
            *error = *ErrnoLocation();
            bool tolerated = false;
            for (int n = 0; n < CompiledStep.MaxTolerated; n++) tolerated |= step->Tolerated[n] == *error;
            if (!tolerated) return i;
        }
        return -1;
    }

    private static nint Compound(int number, nint* a, int socket)
    {
        if (number == Call.WriteFileNumber)
        {
            nint file = Invoke(SyscallNumber.Openat2, a[0], a[1], a[2], a[3], 0, 0);
            if (file < 0) return -1;
            nint written = Invoke(SyscallNumber.Write, file, a[4], a[5], 0, 0, 0);
            int error = *ErrnoLocation();
            Invoke(SyscallNumber.Close, file, 0, 0, 0, 0, 0);
            *ErrnoLocation() = error;
            return written < 0 ? -1 : 0;
        }
        if (number == Call.MakeFolderNumber || number == Call.MakeFileNumber) return PathMaking.Make((int)a[0], (byte*)a[1], (uint)a[2], (int)a[3], number == Call.MakeFileNumber);
        if (number == Call.CopyModeNumber) return PathMaking.CopyMode((int)a[0], (int)a[1]);
        if (number == Call.MakeHolderNumber) return HolderMaking.Make((ulong)a[0]);
        if (number == Call.OpenOfNumber) return HolderMaking.Open(a[0], (byte*)a[1], a[2]);
        if (number == Call.EndHolderNumber) return HolderMaking.End(a[0]);
        if (number == Call.RtnetlinkNumber) return Ask((int)a[0], a[1], a[2]);
        if (number == Call.FailNumber)
        {
            *ErrnoLocation() = (int)a[0];
            return -1;
        }
        int kind = number == Call.ReadyNumber ? ChildMessage.Ready : number == Call.HandOverListenerNumber ? ChildMessage.Listener : ChildMessage.Descriptor;
        var message = new ChildMessage { Kind = kind, Value = (int)a[0] };
        int used = Tell(socket, &message);
        if (used < 0 || number == Call.ReadyNumber) return used < 0 ? -1 : 0;
        byte answer = 0;
        nint got = Invoke(SyscallNumber.Read, used, (nint)(&answer), 1, 0, 0, 0);
        if (got == 1) return 0;
        *ErrnoLocation() = (int)Errno.ECANCELED;
        return -1;
    }

    /// <summary>
    /// A request to rtnetlink(7) and its answer: 0, or the number of the link that was asked for. What does not fit into the buffer
    /// is the rest of a link's description, or the request that an error repeats: the kernel cuts it off.
    /// </summary>
    private static nint Ask(int socket, nint message, nint length)
    {
        const int size = 512, typeAt = 4, bodyAt = 16, indexAt = bodyAt + 4;
        byte* answer = stackalloc byte[size];
        if (Invoke(SyscallNumber.Write, socket, message, length, 0, 0, 0) < 0) return -1;
        if (Invoke(SyscallNumber.Read, socket, (nint)answer, size, 0, 0, 0) < indexAt + sizeof(int)) return -1;
        ushort type = *(ushort*)(answer + typeAt);
        if (type == Rtnetlink.RTM_NEWLINK) return *(int*)(answer + indexAt);
        int error = type == Rtnetlink.NLMSG_ERROR ? -*(int*)(answer + bodyAt) : (int)Errno.EPROTO;
        if (error == 0) return 0;
        *ErrnoLocation() = error;
        return -1;
    }

    /// <summary>
    /// Writes to the socket under its own number, or, once close_range has closed that one, under the fixed one. Not the
    /// other way round: before the descriptors are placed, the fixed number may be anything.
    /// </summary>
    private static int Tell(int socket, ChildMessage* message)
    {
        if (Invoke(SyscallNumber.Write, socket, (nint)message, sizeof(ChildMessage), 0, 0, 0) >= 0) return socket;
        return Invoke(SyscallNumber.Write, ParentDescriptor, (nint)message, sizeof(ChildMessage), 0, 0, 0) >= 0 ? ParentDescriptor : -1;
    }
}
