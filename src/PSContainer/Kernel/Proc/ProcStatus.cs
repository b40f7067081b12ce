using System.Globalization;
using System.Text;

namespace PSContainer.Kernel.Proc;

/// <summary>The fields of /proc/PID/status (proc_pid_status(5)) that say what a process may do, and what it is called in each namespace. Everybody may read them.</summary>
public sealed record ProcStatus
{
    /// <summary>The executable's name, cut to 15 bytes; any character may be in it.</summary>
    public string Name { get; init; } = "";

    /// <summary>R, S, D, Z, T, t, X or I.</summary>
    public char State { get; init; }

    /// <summary>A thread of the kernel's, which has no memory of its own. A zombie has none either, and is not one.</summary>
    public bool IsKernelThread { get; init; }

    /// <summary>The effective user, in the reader's user namespace.</summary>
    public uint Uid { get; init; }

    /// <summary>Its numbers, that of the mounted proc's pid namespace first, its own last.</summary>
    public IReadOnlyList<int> Numbers { get; init; } = [];

    /// <summary>CapEff and CapBnd: what it may do now, and what it and its children may ever get; bit N is <see cref="Capability"/> N.</summary>
    public ulong Effective { get; init; }
    public ulong Bounding { get; init; }

    public bool NoNewPrivileges { get; init; }

    /// <summary>0 none, 1 strict, 2 filters (seccomp(2)).</summary>
    public int SeccompMode { get; init; }

    /// <summary>How many filters lie on each other; null before Linux 5.9.</summary>
    public int? SeccompFilters { get; init; }

    /// <summary>The processors that it may run on, by its cpuset and its affinity: "0-3,8".</summary>
    public string CpusAllowed { get; init; } = "";

    private bool HasMemory { get; init; }
    private bool? Kthread { get; init; }

    /// <summary>Reads one process's ("self" for 0); null where it has ended.</summary>
    public static ProcStatus? TryRead(ProcDirectory proc, int pid) => proc.ReadFile(pid, "status"u8) is { Length: > 0 } bytes ? Parse(Encoding.UTF8.GetString(bytes)) : null;

    /// <summary>Reads the whole file's text; lines that are not known are passed over.</summary>
    public static ProcStatus Parse(ReadOnlySpan<char> text)
    {
        var status = new ProcStatus();
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            int colon = line.IndexOf(':');
            if (colon < 0) continue;
            ReadOnlySpan<char> value = line[(colon + 1)..].Trim();
            status = line[..colon] switch
            {
                "Name" => status with { Name = value.ToString() },
                "State" when value.Length > 0 => status with { State = value[0] },
                "Kthread" => status with { Kthread = value is "1" },
                "VmSize" => status with { HasMemory = true },
                "Uid" => status with { Uid = uint.TryParse(Column(value, 1), out uint uid) ? uid : 0 },
                "NSpid" => status with { Numbers = NumbersIn(value) },
                "CapEff" => status with { Effective = Mask(value) },
                "CapBnd" => status with { Bounding = Mask(value) },
                "NoNewPrivs" => status with { NoNewPrivileges = value is "1" },
                "Seccomp" => status with { SeccompMode = int.TryParse(value, out int mode) ? mode : 0 },
                "Seccomp_filters" => status with { SeccompFilters = int.TryParse(value, out int filters) ? filters : null },
                "Cpus_allowed_list" => status with { CpusAllowed = value.ToString() },
                _ => status,
            };
        }
        // "Kthread" came with Linux 6.8.
        return status with { IsKernelThread = status.Kthread ?? !status.HasMemory && status.State is not ('Z' or 'X') };
    }

    private static ulong Mask(ReadOnlySpan<char> digits) => ulong.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask) ? mask : 0;

    private static ReadOnlySpan<char> Column(ReadOnlySpan<char> value, int wanted)
    {
        int at = 0;
        foreach (Range range in value.Split('\t'))
            if (at++ == wanted) return value[range];
        return default;
    }

    private static List<int> NumbersIn(ReadOnlySpan<char> value)
    {
        var numbers = new List<int>(2);
        foreach (Range range in value.Split('\t'))
            if (int.TryParse(value[range], out int number)) numbers.Add(number);
        return numbers;
    }
}
