using PSContainer.Kernel;

namespace PSContainer.Engine.Records;

/// <summary>
/// A process beyond doubt: its number, and when it started (clock ticks after boot, field 22 of /proc/PID/stat), so that a
/// number that is used again is never taken for it.
/// </summary>
public readonly record struct ProcessIdentity(int Pid, ulong StartTime)
{
    /// <summary>The process with this number now; null where there is none.</summary>
    public static ProcessIdentity? Of(int pid) => ReadStartTime(pid) is { } start ? new ProcessIdentity(pid, start) : null;

    /// <summary>It runs (a zombie does not).</summary>
    public bool IsAlive => ReadStartTime(Pid) == StartTime;

    /// <summary>A pidfd of exactly this process, which the caller closes; -1 where it has ended.</summary>
    public int Open()
    {
        int pidfd = Processes.TryOpen(Pid);
        // The descriptor came first: what it names can't be replaced any more, so the check holds.
        if (pidfd >= 0 && !IsAlive)
        {
            Files.Close(pidfd);
            return -1;
        }
        return pidfd;
    }

    // "4204 (a) b) S 1 4204 4204 0 -1 4194560 … 8812345 …": the name may hold anything, so count from the last ')'.
    private static ulong? ReadStartTime(int pid)
    {
        int file = Files.TryOpen($"/proc/{pid}/stat", OpenFlags.ReadOnly);
        if (file < 0) return null;
        Span<byte> buffer = stackalloc byte[1024];
        int count = Files.Read(file, buffer);
        Files.Close(file);
        if (count <= 0) return null;
        ReadOnlySpan<byte> line = buffer[..count];
        int name = line.LastIndexOf((byte)')');
        if (name < 0 || name + 2 >= count) return null;
        line = line[(name + 2)..];
        if (line[0] is (byte)'Z' or (byte)'X') return null;
        const int fieldsBefore = 19; // from state, field 3, to starttime, field 22
        for (int i = 0; i < fieldsBefore; i++)
        {
            int space = line.IndexOf((byte)' ');
            if (space < 0) return null;
            line = line[(space + 1)..];
        }
        return System.Buffers.Text.Utf8Parser.TryParse(line, out ulong start, out _) ? start : null;
    }
}
