using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>MOUNT_ATTR_* of fsmount(2) and mount_setattr(2).</summary>
[Flags]
public enum MountAttributes : ulong
{
    None = 0,
    ReadOnly = 0x1,
    NoSuid = 0x2,
    NoDev = 0x4,
    NoExec = 0x8,
    NoAtime = 0x10,
    StrictAtime = 0x20,
    /// <summary>The field that holds the three access time choices; relatime is its zero.</summary>
    AccessTimes = 0x70,
    NoDiratime = 0x80,
    /// <summary>Owners are mapped by a user namespace (Linux 5.12).</summary>
    Idmap = 0x100000,
    NoSymfollow = 0x200000,
}

/// <summary>MS_* propagation of mount(2), as mount_setattr(2) takes it.</summary>
public enum Propagation : ulong
{
    Unchanged = 0,
    Unbindable = 1 << 17,
    Private = 1 << 18,
    Slave = 1 << 19,
    Shared = 1 << 20,
}

/// <summary>struct mount_attr of mount_setattr(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct MountAttr
{
    public MountAttributes Set;
    public MountAttributes Clear;
    public Propagation Propagation;
    public ulong UserNamespace;
}

/// <summary>Flags of the mount calls: open_tree(2), move_mount(2), fsopen(2), fsconfig(2), umount(2).</summary>
public static class MountFlags
{
    public const uint OpenTreeClone = 1;
    public const uint OpenTreeCloseOnExec = OpenFlags.CloseOnExec;
    public const uint MoveFromEmptyPath = 0x4;
    public const uint MoveToEmptyPath = 0x40;
    public const uint FsopenCloseOnExec = 1;
    public const uint FsmountCloseOnExec = 1;
    public const uint FsconfigSetFlag = 0;
    public const uint FsconfigSetString = 1;
    public const uint FsconfigCreate = 6;
    public const uint UmountDetach = 2;
    public const ulong Slave = 1 << 19, Recursive = 1 << 14;
}
