using PSContainer.Kernel;

namespace PSContainer.Engine.Plan;

/// <summary>A kernel call that a plan may make. The negative numbers are the executor's few compound steps.</summary>
public sealed record Call(string Name, int Number)
{
    public const int WriteFileNumber = -1, FailNumber = -2, HandOverNumber = -3, ReadyNumber = -4, RtnetlinkNumber = -5, MakeFolderNumber = -6, MakeFileNumber = -7, CopyModeNumber = -8,
        HandOverListenerNumber = -9, MakeHolderNumber = -10, OpenOfNumber = -11, EndHolderNumber = -12;

    public static readonly Call Bpf = new("bpf", SyscallNumber.Bpf);
    public static readonly Call Capset = new("capset", SyscallNumber.Capset);
    public static readonly Call Close = new("close", SyscallNumber.Close);
    public static readonly Call CloseRange = new("close_range", SyscallNumber.CloseRange);
    public static readonly Call Dup3 = new("dup3", SyscallNumber.Dup3);
    public static readonly Call Execve = new("execve", SyscallNumber.Execve);
    public static readonly Call Execveat = new("execveat", SyscallNumber.Execveat);
    public static readonly Call Exit = new("exit_group", SyscallNumber.ExitGroup);
    public static readonly Call Faccessat = new("faccessat", SyscallNumber.Faccessat);
    public static readonly Call Fchdir = new("fchdir", SyscallNumber.Fchdir);
    public static readonly Call Fchownat = new("fchownat", SyscallNumber.Fchownat);
    public static readonly Call Fsconfig = new("fsconfig", SyscallNumber.Fsconfig);
    public static readonly Call Fsmount = new("fsmount", SyscallNumber.Fsmount);
    public static readonly Call Fsopen = new("fsopen", SyscallNumber.Fsopen);
    public static readonly Call Ioctl = new("ioctl", SyscallNumber.Ioctl);
    public static readonly Call Keyctl = new("keyctl", SyscallNumber.Keyctl);
    public static readonly Call Mkdirat = new("mkdirat", SyscallNumber.Mkdirat);
    public static readonly Call Mknodat = new("mknodat", SyscallNumber.Mknodat);
    public static readonly Call Mount = new("mount", SyscallNumber.Mount);
    public static readonly Call MountSetattr = new("mount_setattr", SyscallNumber.MountSetattr);
    public static readonly Call MoveMount = new("move_mount", SyscallNumber.MoveMount);
    public static readonly Call OpenTree = new("open_tree", SyscallNumber.OpenTree);
    public static readonly Call Openat = new("openat", SyscallNumber.Openat);
    public static readonly Call Openat2 = new("openat2", SyscallNumber.Openat2);
    public static readonly Call PivotRoot = new("pivot_root", SyscallNumber.PivotRoot);
    public static readonly Call Prctl = new("prctl", SyscallNumber.Prctl);
    public static readonly Call Prlimit64 = new("prlimit64", SyscallNumber.Prlimit64);
    public static readonly Call Read = new("read", SyscallNumber.Read);
    public static readonly Call Readlinkat = new("readlinkat", SyscallNumber.Readlinkat);
    public static readonly Call RtSigaction = new("rt_sigaction", SyscallNumber.RtSigaction);
    public static readonly Call RtSigprocmask = new("rt_sigprocmask", SyscallNumber.RtSigprocmask);
    public static readonly Call Seccomp = new("seccomp", SyscallNumber.Seccomp);
    public static readonly Call Setdomainname = new("setdomainname", SyscallNumber.Setdomainname);
    public static readonly Call Setfsgid = new("setfsgid", SyscallNumber.Setfsgid);
    public static readonly Call Setfsuid = new("setfsuid", SyscallNumber.Setfsuid);
    public static readonly Call Setgroups = new("setgroups", SyscallNumber.Setgroups);
    public static readonly Call Sethostname = new("sethostname", SyscallNumber.Sethostname);
    public static readonly Call Setns = new("setns", SyscallNumber.Setns);
    public static readonly Call Setresgid = new("setresgid", SyscallNumber.Setresgid);
    public static readonly Call Setresuid = new("setresuid", SyscallNumber.Setresuid);
    public static readonly Call Setsid = new("setsid", SyscallNumber.Setsid);
    public static readonly Call Socket = new("socket", SyscallNumber.Socket);
    public static readonly Call Symlinkat = new("symlinkat", SyscallNumber.Symlinkat);
    public static readonly Call Umask = new("umask", SyscallNumber.Umask);
    public static readonly Call Umount2 = new("umount2", SyscallNumber.Umount2);
    public static readonly Call Unlinkat = new("unlinkat", SyscallNumber.Unlinkat);
    public static readonly Call Unshare = new("unshare", SyscallNumber.Unshare);
    public static readonly Call Write = new("write", SyscallNumber.Write);
    public static readonly Call Chdir = new("chdir", SyscallNumber.Chdir);

    /// <summary>openat2, write and close of one small file: (directory, path, open_how, how's size, bytes, their count).</summary>
    public static readonly Call WriteFile = new("write file", WriteFileNumber);

    /// <summary>One request of rtnetlink(7) and its answer: (socket, message, its length). Asked for a link, it gives the link's number.</summary>
    public static readonly Call Rtnetlink = new("rtnetlink", RtnetlinkNumber);

    /// <summary>
    /// Makes what is missing of a path in a root, and gives its descriptor (O_PATH): (root, path, mode of what is made, how many links may be followed).
    /// </summary>
    public static readonly Call MakeFolder = new("make folder", MakeFolderNumber);

    /// <summary>The same, but what the path names is an empty file.</summary>
    public static readonly Call MakeFile = new("make file", MakeFileNumber);

    /// <summary>Gives a folder another one's mode: (whose mode, which folder).</summary>
    public static readonly Call CopyMode = new("copy mode", CopyModeNumber);

    /// <summary>Makes a process that does nothing, in new namespaces, and gives its pid: (CLONE_NEW* flags).</summary>
    public static readonly Call MakeHolder = new("make holder", MakeHolderNumber);

    /// <summary>Opens a file of a process in procfs: (pid, name, flags).</summary>
    public static readonly Call OpenOf = new("open of process", OpenOfNumber);

    /// <summary>Ends such a process and reaps it: (pid).</summary>
    public static readonly Call EndHolder = new("end holder", EndHolderNumber);

    /// <summary>Fails with the errno given; behind "unless" it is how a plan says that none of the candidates was there.</summary>
    public static readonly Call Fail = new("fail", FailNumber);

    /// <summary>Tells the parent that everything up to here is done.</summary>
    public static readonly Call Ready = new("ready", ReadyNumber);

    /// <summary>Gives the descriptor in the slot to the parent, and goes on when the parent has taken it.</summary>
    public static readonly Call HandOver = new("hand over", HandOverNumber);

    /// <summary>The same with the descriptor that calls are answered through.</summary>
    public static readonly Call HandOverListener = new("hand over listener", HandOverListenerNumber);
}
