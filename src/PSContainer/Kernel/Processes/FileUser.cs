namespace PSContainer.Kernel;

/// <summary>Another owner of the files that this thread makes, with all its rights kept (setfsuid(2), capset(2)); given back at the end, on the same thread.</summary>
public sealed unsafe class FileUser : IDisposable
{
    private readonly uint _user, _group;

    private FileUser(uint user, uint group) => (_user, _group) = (user, group);

    /// <exception cref="KernelException"/>
    public static FileUser Become(uint user, uint group)
    {
        var before = new FileUser(Set(SyscallNumber.Setfsuid, uint.MaxValue), Set(SyscallNumber.Setfsgid, uint.MaxValue));
        Set(SyscallNumber.Setfsgid, group);
        Set(SyscallNumber.Setfsuid, user);
        try
        {
            RaiseAll();
        }
        catch
        {
            before.Dispose();
            throw;
        }
        return before;
    }

    public void Dispose()
    {
        Set(SyscallNumber.Setfsuid, _user);
        Set(SyscallNumber.Setfsgid, _group);
    }

    // Neither call has an error: both answer what was before, and change nothing for an id that can't be.
    private static uint Set(int number, uint id) => (uint)Syscall.Invoke(number, (nint)id);

    // Leaving user 0 takes the rights over files away from what is in force, and leaves them among what may be.
    private static void RaiseAll()
    {
        const uint version3 = 0x20080522;
        ulong header = version3;
        // Two times effective, permitted and inheritable.
        uint* sets = stackalloc uint[6];
        Syscall.Checked(Syscall.Invoke(SyscallNumber.Capget, (nint)(&header), (nint)sets), "capget", null);
        (sets[0], sets[3]) = (sets[1], sets[4]);
        Syscall.Checked(Syscall.Invoke(SyscallNumber.Capset, (nint)(&header), (nint)sets), "capset", null);
    }
}
