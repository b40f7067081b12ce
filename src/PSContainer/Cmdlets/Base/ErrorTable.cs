using System.Management.Automation;
using PSContainer.Engine;
using PSContainer.Kernel;

namespace PSContainer.Cmdlets.Base;

/// <summary>The one place where the engine's failures become PowerShell's error records.</summary>
internal static class ErrorTable
{
    public static ErrorRecord Record(Exception failure, object? target) => failure switch
    {
        EngineException known => Record(known, known.Id, Category(known.Reason), target, known.Advice),
        KernelException kernel => Record(kernel, "KernelCallFailed", Category(kernel.Errno), target,
            kernel.Errno is Errno.EPERM or Errno.EACCES ? "Run as root (sudo pwsh)." : null),
        UnauthorizedAccessException denied => Record(denied, "PermissionDenied", ErrorCategory.PermissionDenied, target, "Run as root (sudo pwsh)."),
        _ => Record(failure, "FileFailed", ErrorCategory.WriteError, target, null),
    };

    /// <summary>Failures that a cmdlet reports; everything else is a bug and may show its trace.</summary>
    public static bool Knows(Exception failure) => failure is EngineException or KernelException or IOException or UnauthorizedAccessException;

    private static ErrorRecord Record(Exception failure, string id, ErrorCategory category, object? target, string? advice)
    {
        var record = new ErrorRecord(failure, id, category, target);
        if (advice is not null)
            record.ErrorDetails = new ErrorDetails(failure.Message) { RecommendedAction = advice };
        return record;
    }

    private static ErrorCategory Category(Reason reason) => reason switch
    {
        Reason.InvalidInput => ErrorCategory.InvalidArgument,
        Reason.NotFound => ErrorCategory.ObjectNotFound,
        Reason.AlreadyExists => ErrorCategory.ResourceExists,
        Reason.WrongState => ErrorCategory.InvalidOperation,
        Reason.NoPermission => ErrorCategory.PermissionDenied,
        Reason.NotSupported => ErrorCategory.NotInstalled,
        Reason.Corrupt => ErrorCategory.InvalidData,
        Reason.Exhausted => ErrorCategory.ResourceUnavailable,
        Reason.TimedOut => ErrorCategory.OperationTimeout,
        _ => ErrorCategory.NotSpecified,
    };

    private static ErrorCategory Category(Errno errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => ErrorCategory.PermissionDenied,
        Errno.ENOENT or Errno.ESRCH => ErrorCategory.ObjectNotFound,
        Errno.ENOMEM or Errno.ENOSPC or Errno.EMFILE or Errno.ENFILE or Errno.EAGAIN => ErrorCategory.ResourceUnavailable,
        _ => ErrorCategory.NotSpecified,
    };
}
