using System.Runtime.InteropServices;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>
/// posix_spawn(3): the one way in which a PowerShell process starts a program of ours. It shares the address space until
/// execve (CLONE_VM and CLONE_VFORK), so its cost does not grow with the size of the caller.
/// </summary>
public static partial class Spawn
{
    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int SpawnCall(int* pid, string path, nint actions, nint attributes, nint* arguments, nint* environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDup2(nint actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(nint attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetMask(nint attributes, nint set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetDefault(nint attributes, nint set);

    /// <summary>
    /// Starts a program: no signal blocked, every signal at its default, and of the caller's descriptors only those given.
    /// </summary>
    /// <param name="path">The program's path; nothing is searched.</param>
    /// <param name="arguments">argv, the program's name first.</param>
    /// <param name="environment">NAME=value; nothing of the caller's own is added.</param>
    /// <param name="descriptors">What becomes 0, 1, 2, 3 … in the program.</param>
    /// <param name="ownSession">Away from the caller's terminal (setsid), so that its Ctrl+C does not reach the program.</param>
    /// <returns>A descriptor of the new process, close-on-exec, and its number.</returns>
    /// <exception cref="KernelException"/>
    public static unsafe (int Pidfd, int Pid) Start(string path, IReadOnlyList<string> arguments,
        IReadOnlyList<string> environment, ReadOnlySpan<int> descriptors, bool ownSession)
    {
        const short setDefault = 0x04, setMask = 0x08, setSession = 0x80;
        // Larger than glibc's and musl's posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t.
        byte* opaque = stackalloc byte[1024];
        new Span<byte>(opaque, 1024).Clear();
        nint actions = (nint)opaque, attributes = (nint)opaque + 256, noSignals = (nint)opaque + 640, allSignals = (nint)opaque + 768;

        using var strings = new NativeStrings();
        ActionsInit(actions);
        AttributesInit(attributes);
        try
        {
            LibC.sigfillset((sigset_t*)allSignals);
            AttributesSetMask(attributes, noSignals);
            AttributesSetDefault(attributes, allSignals);
            AttributesSetFlags(attributes, (short)(setDefault | setMask | (ownSession ? setSession : 0)));
            for (int i = 0; i < descriptors.Length; i++) ActionsAddDup2(actions, descriptors[i], i);

            int pid;
            int error = SpawnCall(&pid, path, actions, attributes, strings.Vector(arguments), strings.Vector(environment));
            if (error != 0) throw new KernelException("posix_spawn", (Errno)error, path);
            int pidfd = Processes.TryOpen(pid);
            return pidfd >= 0 ? (pidfd, pid) : throw new KernelException("pidfd_open", Syscall.Last, pid.ToString());
        }
        finally
        {
            ActionsDestroy(actions);
        }
    }
}
