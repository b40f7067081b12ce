using PSContainer.Engine;
using PSContainer.Engine.Plan;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Plan;

/// <summary>Which error a failed step becomes.</summary>
public class PlanFailureTests
{
    private static EngineException Explain(Call call, Errno errno, string? subject = null, params Argument[] arguments)
        => PlanFailure.Explain(new Step(call, "the reason", arguments.Length == 0 ? [new Argument.Contents(new Slot(0, "root"))] : arguments) { Subject = subject }, errno, "/srv/root");

    public static TheoryData<string, Errno, string, Reason> Table => new()
    {
        { "execve", Errno.ENOENT, "CommandNotFound", Reason.NotFound },
        { "execve", Errno.ENOTDIR, "CommandNotFound", Reason.NotFound },
        { "execve", Errno.ELOOP, "CommandNotFound", Reason.NotFound },
        { "faccessat", Errno.ENOENT, "CommandNotFound", Reason.NotFound },
        { "fail", Errno.ENOENT, "CommandNotFound", Reason.NotFound },
        { "execve", Errno.EACCES, "CommandNotExecutable", Reason.InvalidInput },
        { "execve", Errno.EPERM, "CommandNotExecutable", Reason.InvalidInput },
        { "execve", Errno.ENOEXEC, "CommandNotExecutable", Reason.InvalidInput },
        { "execve", Errno.E2BIG, "CommandTooLong", Reason.InvalidInput },
        { "execve", Errno.ENOMEM, "CommandFailed", Reason.Failed },
        { "mount_setattr", Errno.ENOSYS, "KernelFeatureMissing", Reason.NotSupported },
        { "openat2", Errno.ENOSYS, "KernelFeatureMissing", Reason.NotSupported },
        { "fsopen", Errno.ENODEV, "KernelFeatureMissing", Reason.NotSupported },
        { "unshare", Errno.EPERM, "PermissionDenied", Reason.NoPermission },
        { "pivot_root", Errno.EPERM, "PermissionDenied", Reason.NoPermission },
        { "bpf", Errno.EPERM, "PermissionDenied", Reason.NoPermission },
        { "open_tree", Errno.EACCES, "PermissionDenied", Reason.NoPermission },
        { "open_tree", Errno.ENOENT, "MountSourceMissing", Reason.NotFound },
        { "open_tree", Errno.ENOTDIR, "MountSourceMissing", Reason.NotFound },
        { "openat2", Errno.ENOENT, "PathMissing", Reason.NotFound },
        { "openat2", Errno.ENOTDIR, "PathNotDirectory", Reason.InvalidInput },
        { "openat2", Errno.ELOOP, "PathUnsafe", Reason.InvalidInput },
        { "openat2", Errno.EXDEV, "PathUnsafe", Reason.InvalidInput },
        { "make file", Errno.ENOENT, "PathMissing", Reason.NotFound },
        { "make folder", Errno.ELOOP, "PathUnsafe", Reason.InvalidInput },
        { "mkdirat", Errno.EROFS, "PathReadOnly", Reason.InvalidInput },
        { "mkdirat", Errno.ENOTDIR, "PathNotDirectory", Reason.InvalidInput },
        { "setns", Errno.EINVAL, "NamespaceInvalid", Reason.InvalidInput },
        { "setns", Errno.ESRCH, "NamespaceProcessNotFound", Reason.NotFound },
        { "setns", Errno.EPERM, "PermissionDenied", Reason.NoPermission },
        { "clone3", Errno.EPERM, "PermissionDenied", Reason.NoPermission },
        { "clone3", Errno.EAGAIN, "ResourcesExhausted", Reason.Exhausted },
        { "clone3", Errno.ENOMEM, "ResourcesExhausted", Reason.Exhausted },
        { "unshare", Errno.ENOSPC, "ResourcesExhausted", Reason.Exhausted },
        { "fsmount", Errno.EMFILE, "ResourcesExhausted", Reason.Exhausted },
        { "make holder", Errno.ENOSPC, "ResourcesExhausted", Reason.Exhausted },
        { "make holder", Errno.EPERM, "PermissionDenied", Reason.NoPermission },
        { "mount_setattr", Errno.EINVAL, "IdmapNotSupported", Reason.NotSupported },
        { "sethostname", Errno.EINVAL, "StepFailed", Reason.Failed },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Call_and_errno_make_the_error(string call, Errno errno, string id, Reason reason)
    {
        Call known = (Call?)typeof(Call).GetFields().Select(field => field.GetValue(null)).OfType<Call>().FirstOrDefault(c => c.Name == call) ?? new Call(call, 0);
        EngineException failure = Explain(known, errno, "/a/path", new Argument.Text("nofs"));
        Assert.Equal((id, reason), (failure.Id, failure.Reason));
        var cause = Assert.IsType<KernelException>(failure.InnerException);
        Assert.Equal((call, errno), (cause.Call, cause.Errno));
    }

    [Fact]
    public void A_command_is_told_with_its_path_and_root()
    {
        string message = Explain(Call.Execve, Errno.ENOENT, "/bin/\u001bx").Message;
        Assert.Contains("/bin/\\x1bx", message);
        Assert.Contains("/srv/root", message);
    }

    [Fact]
    public void The_hosts_cgroup_has_errors_of_its_own_and_a_mount_point_of_that_name_has_not()
    {
        Argument host = PlanDraft.WorkingDirectory;
        Assert.Equal("CgroupExists", Explain(Call.Mkdirat, Errno.EEXIST, "/sys/fs/cgroup/x", host, "/sys/fs/cgroup/x", 0).Id);
        Assert.Equal("CgroupLimitReached", Explain(Call.Mkdirat, Errno.ENOSPC, "/sys/fs/cgroup/x", host, "/sys/fs/cgroup/x", 0).Id);
        Assert.Equal("MemoryInUse", Explain(Call.WriteFile, Errno.EBUSY, "/sys/fs/cgroup/x/memory.max", host, "/sys/fs/cgroup/x/memory.max", 0, 0, "1", 1).Id);
        Assert.Equal("PathNotDirectory", Explain(Call.Mkdirat, Errno.ENOTDIR, "/sys/fs/cgroup").Id);
        Assert.Equal("PathMissing", Explain(Call.Openat2, Errno.ENOENT, "/sys/fs/cgroup/memory").Id);
    }

    [Fact]
    public void No_error_is_without_an_id_and_a_reason()
    {
        foreach (Call call in typeof(Call).GetFields().Select(field => field.GetValue(null)).OfType<Call>())
            foreach (Errno errno in Enum.GetValues<Errno>())
                foreach (string? subject in (string?[])[null, "/sys/fs/cgroup/x", "/x"])
                {
                    EngineException failure = Explain(call, errno, subject, new Argument.Number(Files.AtFdcwd), "x", 0, 0, "v", 1);
                    Assert.Matches("^[A-Z][A-Za-z]+$", failure.Id);
                    Assert.NotEmpty(failure.Message);
                }
    }
}
