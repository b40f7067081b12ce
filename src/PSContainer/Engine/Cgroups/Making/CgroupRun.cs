using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Making;

/// <summary>Runs actions in order, all or nothing: what was written is restored, what was made is removed.</summary>
public static class CgroupRun
{
    /// <exception cref="EngineException">The first step that failed; those before it are undone.</exception>
    public static void All(IReadOnlyList<CgroupAction> actions)
    {
        var done = new Stack<(CgroupAction Action, string? Before)>(actions.Count);
        foreach (var action in actions)
        {
            var (errno, before) = One(action);
            if (errno == Errno.None)
            {
                done.Push((action, before));
                continue;
            }
            // The reverse of a sequence whose every state was valid goes through the same valid states.
            while (done.TryPop(out var last)) Undo(last.Action, last.Before);
            throw action.Explain(errno);
        }
    }

    private static (Errno, string?) One(CgroupAction action)
    {
        switch (action)
        {
            case CgroupAction.MakeDirectory directory:
                var made = CgroupFile.MakeDirectory(directory.Path);
                // "" marks a directory that was there before and so is not ours to remove.
                return made != Errno.None && directory.Tolerated.Contains(made) ? (Errno.None, "") : (made, null);
            case CgroupAction.WriteFile file:
                _ = CgroupFile.Read(file.Path, out var before);
                var written = CgroupFile.Write(file.Path, file.Value);
                return written != Errno.None && file.Tolerated.Contains(written) ? (Errno.None, null) : (written, before);
            default:
                return (CgroupFile.Write(action.Path, "0"), null);
        }
    }

    private static void Undo(CgroupAction action, string? before)
    {
        switch (action)
        {
            case CgroupAction.MakeDirectory when before is null:
                CgroupFile.RemoveDirectory(action.Path);
                break;
            case CgroupAction.WriteFile file when before is not null:
                if (ValueBefore(file, before) is { } value) CgroupFile.Write(file.Path, value);
                break;
        }
    }

    /// <summary>What to write so that a file holds again what it held; null where that can't be undone, or needs no undoing.</summary>
    internal static string? ValueBefore(CgroupAction.WriteFile file, string before)
    {
        var name = Path.GetFileName(file.Path);
        switch (name)
        {
            // A controller that stays enabled harms nobody, and another container may have begun to need it.
            case "cgroup.subtree_control" or "cgroup.procs" or "tasks" or "memory.reclaim" or "devices.allow" or "devices.deny":
                return null;
            case "io.max" or "io.weight" or "io.bfq.weight":
            case var other when other.StartsWith("blkio.", StringComparison.Ordinal):
                return DeviceValueBefore(name, file.Value, before);
            default:
                return before.Trim();
        }
    }

    // These files hold one line a device, and take one line a write.
    private static string? DeviceValueBefore(string name, string written, string before)
    {
        if (!CgroupText.TryDevice(written, out var major, out var minor, out _)) return before.AsSpan().EnumerateLines().MoveNext() ? FirstLine(before) : null;
        foreach (var line in before.AsSpan().EnumerateLines())
        {
            if (CgroupText.TryDevice(line, out var m, out var n, out _) && m == major && n == minor) return line.ToString();
        }
        return name switch
        {
            "io.max" => $"{major}:{minor} rbps=max wbps=max riops=max wiops=max",
            "io.weight" or "io.bfq.weight" => $"{major}:{minor} default",
            _ => $"{major}:{minor} 0",
        };
    }

    private static string FirstLine(string text)
    {
        var end = text.IndexOf('\n');
        return end < 0 ? text : text[..end];
    }
}
