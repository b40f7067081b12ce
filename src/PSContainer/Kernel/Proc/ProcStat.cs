using System.Buffers.Text;
using System.Text;

namespace PSContainer.Kernel.Proc;

/// <summary>The fields of /proc/PID/stat (proc_pid_stat(5)) that say who a process is.</summary>
/// <param name="Pid">The process's number in the namespace of the mounted proc.</param>
/// <param name="Comm">The executable's name, cut to 15 bytes; any character may be in it.</param>
/// <param name="State">R, S, D, Z, T, t, X or I.</param>
/// <param name="ParentPid">0 for the first processes, and where the parent is outside of the pid namespace.</param>
/// <param name="StartTime">In clock ticks since boot; together with the number it is a process's identity, for numbers are reused.</param>
/// <example>4204 (Web (1) ) x) S 4187 4204 4187 34817 4204 4194304 103 0 0 0 1 2 0 0 20 0 1 0 98765 2711552 ...</example>
public readonly record struct ProcStat(int Pid, string Comm, char State, int ParentPid, ulong StartTime)
{
    // Counted from the field behind the name: state is 0, ppid 1, starttime (the 22nd of all) 19.
    private const int ParentField = 1;
    private const int StartTimeField = 19;

    /// <summary>Reads one process's; false where it has ended.</summary>
    public static bool TryRead(ProcDirectory proc, int pid, out ProcStat stat)
    {
        stat = default;
        var text = proc.ReadFile(pid, "stat"u8);
        return text is not null && TryParse(text, out stat);
    }

    /// <summary>
    /// Parses the file's one line. The name ends at the <em>last</em> parenthesis, for it may hold parentheses,
    /// spaces and newlines itself, and nothing behind it can.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out ProcStat stat)
    {
        stat = default;
        var open = line.IndexOf((byte)'(');
        var close = line.LastIndexOf((byte)')');
        if (open < 2 || close < open || close + 2 >= line.Length)
            return false;
        if (!Utf8Parser.TryParse(line[..open], out int pid, out var used) || used != open - 1)
            return false;

        var comm = Encoding.UTF8.GetString(line[(open + 1)..close]);
        var rest = line[(close + 2)..];
        var state = (char)rest[0];
        int parent = 0;
        ulong start = 0;
        for (var field = 0; field <= StartTimeField; field++)
        {
            var end = rest.IndexOf((byte)' ');
            var value = end < 0 ? rest : rest[..end];
            if (field == ParentField && !Utf8Parser.TryParse(value, out parent, out _))
                return false;
            if (field == StartTimeField && !Utf8Parser.TryParse(value, out start, out _))
                return false;
            if (end < 0 && field < StartTimeField)
                return false;
            rest = end < 0 ? default : rest[(end + 1)..];
        }

        stat = new ProcStat(pid, comm, state, parent, start);
        return true;
    }
}
