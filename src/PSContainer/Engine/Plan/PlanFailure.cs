using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan;

/// <summary>A step that failed, told so that somebody can act on it.</summary>
public static class PlanFailure
{
    private static readonly string[] PrivilegedCalls =
        ["clone3", "unshare", "setns", "make holder", "open_tree", "move_mount", "fsopen", "fsmount", "fsconfig", "mount", "mount_setattr", "mknodat", "pivot_root", "bpf"];

    /// <param name="step">The step.</param>
    /// <param name="errno">Its error.</param>
    /// <param name="root">What the container's root is, for errors about its files: "/srv/root" or "this machine's root".</param>
    public static EngineException Explain(Step step, Errno errno, string root)
    {
        var cause = new KernelException(step.Call.Name, errno, step.Subject);
        if (step.Call == Call.Execve || step.Call == Call.Faccessat || step.Call == Call.Fail) return Program(step, errno, root, cause);
        if (step.Call == Call.Setns || step.Why == NamespaceSteps.ToJoin) return Namespace(step, errno, cause);
        if (step.Call == Call.Rtnetlink || step.Call == Call.Socket) return NetworkFailure.Explain(cause, step.Why);
        if (step.Call == Call.Seccomp && errno != Errno.ENOMEM) return Filter(errno, cause);
        if (errno == Errno.ENOSYS)
            return new("KernelFeatureMissing", Reason.NotSupported, $"This kernel has no {step.Call.Name}(2): {step.Why}.",
                "Linux 5.12 or newer is needed; Test-ContainerHost says what else is missing.", cause);
        if (errno == Errno.ENODEV && (step.Call == Call.Fsopen || step.Call == Call.Mount))
            return new("KernelFeatureMissing", Reason.NotSupported, $"This kernel does not know the file system {step.Arguments[0]}.",
                $"Load its module (modprobe {step.Arguments[0].ToString().Trim('"')}), or use -RootFs with -ReadOnly.", cause);
        if ((step.Call == Call.MountSetattr || step.Why == RootSteps.OwnersInside) && step.Subject is not null && errno is (Errno.EINVAL or Errno.EPERM or Errno.EOPNOTSUPP)) return NoIdmap(step, cause);
        if (step.Call == Call.MakeHolder && errno is Errno.EUSERS or Errno.ENOSPC)
            return new("ResourcesExhausted", Reason.Exhausted, "No more user namespaces can be made on this machine.", "/proc/sys/user/max_user_namespaces bounds them.", cause);
        if (step.Call == Call.Write && step.Subject is "uid_map" or "gid_map")
            return new("MappingInvalid", Reason.InvalidInput, $"The kernel does not take the mappings of {(step.Subject == "uid_map" ? "users" : "groups")}: {KernelException.Describe(errno)}.", "See user_namespaces(7): ranges may not overlap, and their ids must be the caller's to give.", cause);
        if (errno == Errno.EPERM && (PrivilegedCalls.Contains(step.Call.Name) || step.Call == Call.WriteFile || step.Call == Call.Mkdirat || step.Call == Call.MakeFolder || step.Call == Call.MakeFile))
            return new("PermissionDenied", Reason.NoPermission, $"{step.Call.Name} was not permitted: {step.Why}.",
                "Run as root (sudo pwsh); containers need CAP_SYS_ADMIN.", cause);
        if (errno == Errno.EACCES && step.Call != Call.Openat2 && !IsCgroup(step))
            return new("PermissionDenied", Reason.NoPermission, $"{Shown(step)}: no access ({step.Why}).", "Run as root (sudo pwsh).", cause);
        if (IsCgroup(step)) return Cgroup(step, errno, cause);
        if (step.Call == Call.Mount && errno is (Errno.ENOENT or Errno.ENOTDIR))
            return new("LayerMissing", Reason.Corrupt, $"A layer of the image '{Printable.Of(step.Subject ?? "?")}' is gone from this machine.", "Import or pull the image again; what the container wrote is still there.", cause);
        if (step.Call == Call.OpenTree && errno is Errno.ENOENT or Errno.ENOTDIR)
            return new("MountSourceMissing", Reason.NotFound, $"'{step.Subject}' does not exist on this machine.", "Make it first, or correct the path.", cause);
        if (step.Call == Call.Openat2 || step.Call == Call.Mkdirat || step.Call == Call.MoveMount || step.Call == Call.MakeFolder || step.Call == Call.MakeFile) return InRoot(step, errno, root, cause);
        if (errno is Errno.ENOSPC or Errno.EAGAIN or Errno.ENOMEM or Errno.EMFILE or Errno.ENFILE or Errno.EUSERS)
            return new("ResourcesExhausted", Reason.Exhausted, $"{step.Call.Name}: {KernelException.Describe(errno)} ({step.Why}).",
                errno == Errno.ENOSPC ? "A limit below /proc/sys/user or the file system is full." : "Free memory or processes, or raise the limits.", cause);
        return new("StepFailed", Reason.Failed, $"{Shown(step)}: {KernelException.Describe(errno)} ({step.Why}).", null, cause);
    }

    private static EngineException NoIdmap(Step step, KernelException cause)
        => new("IdmapNotSupported", Reason.NotSupported, $"The owners of files below '{Printable.Of(step.Subject!)}' can't be mapped to the container's users: its file system, or this kernel, does not offer it.",
            "ext4, xfs, btrfs and tmpfs (Linux 6.3) do, below an overlay from Linux 5.19 on; else do without (-UserNamespace Host).", cause);

    private static EngineException Namespace(Step step, Errno errno, KernelException cause)
    {
        string name = Printable.Of(step.Subject ?? "of the target");
        return errno switch
        {
            Errno.EPERM or Errno.EACCES => new("PermissionDenied", Reason.NoPermission, $"The namespace '{name}' can't be joined: no permission.", "Run as root (sudo pwsh): it needs CAP_SYS_ADMIN.", cause),
            Errno.ESRCH => new("NamespaceProcessNotFound", Reason.NotFound, $"The process whose namespaces were to be joined has ended ({name}).", null, cause),
            Errno.ENOENT or Errno.ENOTDIR or Errno.ENXIO or Errno.EINVAL or Errno.EBADF or Errno.EISDIR => new("NamespaceInvalid", Reason.InvalidInput,
                $"'{name}' is no namespace of the type wanted ({step.Why}).", "Name a file such as /proc/PID/ns/net, of a process that runs.", cause),
            _ => new("StepFailed", Reason.Failed, $"{Shown(step)}: {KernelException.Describe(errno)} ({step.Why}).", null, cause),
        };
    }

    private static EngineException Filter(Errno errno, KernelException cause) => errno switch
    {
        Errno.ENOSYS => new("KernelFeatureMissing", Reason.NotSupported, "This kernel has no filter of system calls, and the container is to have one.", "Use a kernel with CONFIG_SECCOMP_FILTER, or do without (-SecurityOption seccomp=unconfined).", cause),
        Errno.EINVAL => new("SeccompInvalid", Reason.InvalidInput, "The kernel does not take the seccomp profile: a flag or an action of it is younger than this kernel.", "/proc/sys/kernel/seccomp/actions_avail names the actions; seccomp(2) says since when there are which flags.", cause),
        _ => new("SeccompFailed", Reason.Failed, $"The filter of system calls can't be loaded: {KernelException.Describe(errno)}.", null, cause),
    };

    private static EngineException Program(Step step, Errno errno, string root, KernelException cause)
    {
        string name = Printable.Of(step.Subject ?? "?");
        return errno switch
        {
            Errno.ENOENT or Errno.ENOTDIR when step.Call == Call.Fail => new("CommandNotFound", Reason.NotFound,
                $"The command '{name}' is in no folder of the container's PATH (root: {root}).", "Check the name, or give the full path inside the container.", cause),
            Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP => new("CommandNotFound", Reason.NotFound,
                $"The command '{name}' does not exist in the container (root: {root}), or the interpreter that it names does not.",
                "Check the path inside the container, the '#!' line, and the program's libraries.", cause),
            Errno.EACCES or Errno.EPERM => new("CommandNotExecutable", Reason.InvalidInput,
                $"'{name}' in the container (root: {root}) can't be executed.", "It must be a file with execute permission, on a mount without noexec.", cause),
            Errno.ENOEXEC => new("CommandNotExecutable", Reason.InvalidInput,
                $"'{name}' in the container (root: {root}) is no program for this machine.", "A script needs a '#!' line; a program must be built for this architecture.", cause),
            Errno.E2BIG => new("CommandTooLong", Reason.InvalidInput, $"The arguments and the environment of '{name}' are larger than the kernel takes.", "Hand over less: a file or standard input takes the rest.", cause),
            _ => new("CommandFailed", Reason.Failed, $"'{name}' could not be started: {KernelException.Describe(errno)}.", null, cause),
        };
    }

    // The host's, by its whole path; a mount point of the same name in the container is found through a descriptor.
    private static bool IsCgroup(Step step)
        => (step.Call == Call.Mkdirat || step.Call == Call.WriteFile || step.Call == Call.Openat) && step.Arguments[0] is Argument.Number && step.Subject?.Contains("/cgroup", StringComparison.Ordinal) == true;

    private static EngineException Cgroup(Step step, Errno errno, KernelException cause)
    {
        if (step.Call == Call.Mkdirat) return new CgroupAction.MakeDirectory(step.Subject!, step.Why).Explain(errno);
        if (step.Call == Call.WriteFile && step.Arguments.Count > 4 && step.Arguments[4] is Argument.Text value)
            return new CgroupAction.WriteFile(step.Subject!, value.Value, step.Why).Explain(errno);
        return new("CgroupFailed", Reason.Failed, $"{Shown(step)}: {KernelException.Describe(errno)} ({step.Why}).", null, cause);
    }

    private static EngineException InRoot(Step step, Errno errno, string root, KernelException cause)
    {
        string path = Printable.Of(step.Subject ?? "?");
        return errno switch
        {
            Errno.ENOENT => new("PathMissing", Reason.NotFound, $"'{path}' does not exist in the container (root: {root}) and can't be made there.",
                "Make it in the root, or do without -ReadOnly.", cause),
            Errno.ENOTDIR => new("PathNotDirectory", Reason.InvalidInput, $"'{path}' in the container (root: {root}) is not a folder.", "Name a folder there, or leave it out.", cause),
            Errno.ELOOP or Errno.EXDEV => new("PathUnsafe", Reason.InvalidInput,
                $"'{path}' in the container (root: {root}) leads through a symbolic link, and must be a real folder.", "Replace the link in the root.", cause),
            Errno.EROFS => new("PathReadOnly", Reason.InvalidInput, $"'{path}' in the container (root: {root}) can't be made: it is read-only.", "Make it in the root, or do without -ReadOnly.", cause),
            // move_mount(2) has this one answer for a file on a folder and for a folder on a file.
            Errno.EINVAL when step.Call == Call.MoveMount => new("PathKindDiffers", Reason.InvalidInput,
                $"Of '{path}' in the container (root: {root}) and what is to be mounted there, one is a folder and the other is not.", "Mount a file on a file, and a folder on a folder.", cause),
            _ => new("StepFailed", Reason.Failed, $"{Shown(step)}: {KernelException.Describe(errno)} ({step.Why}; root: {root}).", null, cause),
        };
    }

    private static string Shown(Step step) => step.Subject is null ? step.Call.Name : $"{step.Call.Name} {Printable.Of(step.Subject)}";
}
