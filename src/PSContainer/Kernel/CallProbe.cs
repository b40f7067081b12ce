namespace PSContainer.Kernel;

/// <summary>
/// Asks the kernel for a call with arguments that can't do anything: a call that is there finds fault with them, one that is
/// not answers ENOSYS. A seccomp filter around this process may answer EPERM in the kernel's place.
/// </summary>
public static unsafe class CallProbe
{
    private const nint BadDescriptor = -1;

    /// <summary>openat2(2), Linux 5.6: opens the root folder as a path and closes it again.</summary>
    public static Errno Openat2()
    {
        var how = new OpenHow { Flags = (ulong)(OpenFlags.Path | OpenFlags.Directory | OpenFlags.CloseOnExec), Resolve = Resolve.InRoot };
        using var text = new NativeStrings();
        return Opened(Syscall.Invoke(SyscallNumber.Openat2, Files.AtFdcwd, text.Text("/"), (nint)(&how), sizeof(OpenHow)));
    }

    /// <summary>mount_setattr(2), Linux 5.12: with a structure of no size.</summary>
    public static Errno MountSetattr() => Faulted(Syscall.Invoke(SyscallNumber.MountSetattr, BadDescriptor, 0, 0, 0, 0));

    /// <summary>open_tree(2), fsopen(2), fsconfig(2), fsmount(2), move_mount(2), Linux 5.2: the first of them that is missing.</summary>
    public static Errno MountCalls()
    {
        foreach (int call in (ReadOnlySpan<int>)[SyscallNumber.OpenTree, SyscallNumber.Fsopen, SyscallNumber.Fsconfig, SyscallNumber.Fsmount, SyscallNumber.MoveMount])
        {
            // All flags at once are none that any kernel takes.
            var answer = Faulted(Syscall.Invoke(call, BadDescriptor, BadDescriptor, BadDescriptor, BadDescriptor, BadDescriptor));
            if (answer != Errno.None) return answer;
        }
        return Errno.None;
    }

    /// <summary>clone3(2), Linux 5.3: with a structure of no size, which is refused before anything is cloned.</summary>
    public static Errno Clone3() => Faulted(Syscall.Invoke(SyscallNumber.Clone3, 0, 0));

    /// <summary>close_range(2), Linux 5.9: from the last descriptor to the first.</summary>
    public static Errno CloseRange() => Faulted(Syscall.Invoke(SyscallNumber.CloseRange, 1, 0, 0));

    /// <summary>pidfd_open(2), Linux 5.3: of this process.</summary>
    public static Errno Pidfd() => Opened(Syscall.Invoke(SyscallNumber.PidfdOpen, Environment.ProcessId, 0));

    /// <summary>
    /// fsopen(2) of a file system, which loads its module where it is one: ENODEV where the kernel has none of this name,
    /// EPERM without CAP_SYS_ADMIN.
    /// </summary>
    public static Errno FileSystem(string name)
    {
        using var text = new NativeStrings();
        return Opened(Syscall.Invoke(SyscallNumber.Fsopen, text.Text(name), (nint)MountFlags.FsopenCloseOnExec));
    }

    /// <summary>keyctl(2): asks for the id of the session keyring, and makes none.</summary>
    public static Errno Keyring()
    {
        const int getKeyringId = 0, sessionKeyring = -3;
        var result = Syscall.Invoke(SyscallNumber.Keyctl, getKeyringId, sessionKeyring, 0);
        return result < 0 && Syscall.Last == Errno.ENOSYS ? Errno.ENOSYS : Errno.None;
    }

    private static Errno Opened(nint descriptor)
    {
        if (descriptor < 0) return Syscall.Last;
        Files.Close((int)descriptor);
        return Errno.None;
    }

    private static Errno Faulted(nint result)
        => result >= 0 ? Errno.None : Syscall.Last is Errno.EINVAL or Errno.EBADF or Errno.EFAULT or Errno.E2BIG or Errno.ENOENT ? Errno.None : Syscall.Last;
}
