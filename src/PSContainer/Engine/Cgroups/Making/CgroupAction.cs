using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Making;

/// <summary>
/// One step towards a cgroup, as data: it can be printed, tested, put into a SyscallPlan, or run by
/// <see cref="CgroupRun"/>.
/// </summary>
/// <param name="Path">The directory or file that the step is about.</param>
/// <param name="Why">The reason, in words for -WhatIf and -Verbose.</param>
public abstract record CgroupAction(string Path, string Why)
{
    /// <summary>mkdir(2) of a group, mode 0755. Tolerates EEXIST only for <paramref name="Shared"/> parents.</summary>
    public sealed record MakeDirectory(string Path, string Why, bool Shared = false) : CgroupAction(Path, Why)
    {
        public IReadOnlyList<Errno> Tolerated => Shared ? [Errno.EEXIST] : [];
    }

    /// <summary>open(O_WRONLY), one write(2) of the value and a newline, close.</summary>
    public sealed record WriteFile(string Path, string Value, string Why, params Errno[] Tolerated) : CgroupAction(Path, Why)
    {
        public bool Equals(WriteFile? other) => other is not null && Path == other.Path && Value == other.Value;

        public override int GetHashCode() => HashCode.Combine(Path, Value);
    }

    /// <summary>
    /// The container's child writes "0" to this v1 `tasks` file and so moves itself. Not cgroup.procs: a single thread that
    /// moves itself needs no global threadgroup lock (kernel/cgroup/cgroup.c, cgroup_procs_write_start), which would wait
    /// for an RCU grace period.
    /// </summary>
    public sealed record Join(string Path, string Why) : CgroupAction(Path, Why);

    /// <summary>The failure of this step, in the engine's terms: id, reason, what to do.</summary>
    public EngineException Explain(Errno errno)
    {
        var cause = new KernelException(this is MakeDirectory ? "mkdir" : "write", errno, Path);
        var file = System.IO.Path.GetFileName(Path);
        var value = this is WriteFile write ? write.Value : "";
        return errno switch
        {
            Errno.ENOSPC or Errno.EACCES when file.StartsWith("cpuset.", StringComparison.Ordinal) => new("CpusetInvalid", Reason.InvalidInput,
                $"{file}: \"{value}\" leaves the group without a processor or memory node.", null, cause),
            Errno.EACCES or Errno.EPERM or Errno.EROFS => new("CgroupNotPermitted", Reason.NoPermission,
                $"{Path} can't be changed: {KernelException.Describe(errno)}.", "Run as root, or in a cgroup that was delegated to you.", cause),
            Errno.EEXIST => new("CgroupExists", Reason.AlreadyExists, $"The cgroup {Path} was made by somebody else.", "Choose another cgroups path.", cause),
            Errno.ENOSPC when this is MakeDirectory => new("CgroupLimitReached", Reason.Exhausted,
                $"No more cgroups can be made below {System.IO.Path.GetDirectoryName(Path)}.", "Remove empty groups, or raise cgroup.max.descendants.", cause),
            Errno.ENOMEM => new("CgroupLimitReached", Reason.Exhausted, $"The kernel has no memory left for {Path}.", null, cause),
            Errno.EBUSY when file == "cgroup.subtree_control" => new("CgroupBusy", Reason.WrongState,
                $"{System.IO.Path.GetDirectoryName(Path)} holds processes itself, so cgroup v2 lets it pass no controller on ({value}).",
                "Move its processes into a group below it first.", cause),
            Errno.EBUSY when file.StartsWith("memory.", StringComparison.Ordinal) => new("MemoryInUse", Reason.WrongState,
                $"The group uses more memory than {(long.TryParse(value, out var bytes) ? SizeText.Of(bytes) : value)}, and the kernel can't free enough.",
                "Stop something in it first, or choose a higher limit.", cause),
            Errno.ENOENT or Errno.EOPNOTSUPP when this is WriteFile => new("LimitNotSupported", Reason.NotSupported,
                $"This kernel has no {file}.", "See Get-ContainerHost for the controllers of this machine.", cause),
            Errno.ENODEV when this is WriteFile => new("LimitDeviceInvalid", Reason.NotFound, $"{value}: there is no such disk.",
                "Name a whole disk (lsblk -d), not a partition.", cause),
            Errno.EINVAL or Errno.ERANGE when file.StartsWith("cpuset.", StringComparison.Ordinal) => new("CpusetInvalid", Reason.InvalidInput,
                $"{file}: the kernel doesn't accept \"{value}\".", "Name processors that the parent group has.", cause),
            Errno.EINVAL or Errno.ERANGE or Errno.EOVERFLOW => new("LimitOutOfRange", Reason.InvalidInput,
                $"{file}: the kernel doesn't accept \"{value}\".", "A parent group may hold a tighter limit: see Get-ContainerLimit.", cause),
            _ => new("CgroupFailed", Reason.Failed, $"{cause.Message} ({Why}).", null, cause),
        };
    }
}
