namespace PSContainer.Kernel;

/// <summary>CLONE_* of clone(2), unshare(2) and setns(2).</summary>
[Flags]
public enum CloneFlags : ulong
{
    None = 0,
    NewTime = 0x80,
    Fs = 0x200,
    Pidfd = 0x1000,
    Parent = 0x8000,
    NewNs = 0x20000,
    NewCgroup = 0x02000000,
    NewUts = 0x04000000,
    NewIpc = 0x08000000,
    NewUser = 0x10000000,
    NewPid = 0x20000000,
    NewNet = 0x40000000,
    ClearSighand = 0x100000000,
    IntoCgroup = 0x200000000,
}
