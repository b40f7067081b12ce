using PSContainer.Kernel;

namespace PSContainer.Engine.Entry;

/// <summary>Which namespaces of a process are not one's own.</summary>
public static class TargetNamespaces
{
    private static readonly (string File, CloneFlags Flag)[] All =
    [
        ("user", CloneFlags.NewUser), ("mnt", CloneFlags.NewNs), ("pid", CloneFlags.NewPid), ("net", CloneFlags.NewNet),
        ("uts", CloneFlags.NewUts), ("ipc", CloneFlags.NewIpc), ("cgroup", CloneFlags.NewCgroup), ("time", CloneFlags.NewTime),
    ];

    /// <summary>The names as /proc/PID/ns has them.</summary>
    public static IEnumerable<string> Names => All.Select(type => type.File);

    /// <summary>A list such as "net,uts".</summary>
    /// <exception cref="EngineException">NamespaceTypeUnknown.</exception>
    public static CloneFlags Parse(IEnumerable<string> names)
    {
        CloneFlags flags = 0;
        foreach (string name in names)
            flags |= All.FirstOrDefault(type => type.File == name.ToLowerInvariant()) is { File: not null } known
                ? known.Flag
                : throw new EngineException("NamespaceTypeUnknown", Reason.InvalidInput, $"'{name}' is no type of namespace.", "Use " + string.Join(", ", Names) + ".");
        return flags;
    }

    /// <summary>
    /// Those of the wanted types in which the process differs from the caller: setns(2) into one's own user namespace is an
    /// error, and into any other of one's own is nothing.
    /// </summary>
    /// <exception cref="EngineException">PermissionDenied, NamespaceProcessNotFound.</exception>
    public static CloneFlags Foreign(int pid, CloneFlags wanted)
    {
        CloneFlags foreign = 0;
        foreach ((string file, CloneFlags flag) in All)
        {
            if (!wanted.HasFlag(flag)) continue;
            string? own = Link($"/proc/self/ns/{file}");
            // A kernel without this type has no such file, for nobody.
            if (own is null) continue;
            if (Link($"/proc/{pid}/ns/{file}") is not { } theirs) throw Unreadable(pid);
            if (own != theirs) foreign |= flag;
        }
        return foreign;
    }

    private static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static EngineException Unreadable(int pid) => Directory.Exists($"/proc/{pid}")
        ? new("PermissionDenied", Reason.NoPermission, $"The namespaces of process {pid} can't be looked at.", "Run as root (sudo pwsh): it needs CAP_SYS_PTRACE.")
        : NotFound(pid);

    public static EngineException NotFound(int pid)
        => new("NamespaceProcessNotFound", Reason.NotFound, $"There is no process {pid} (any more).", "Get-Process lists those that run.");
}
