using System.Text;

namespace PSContainer.Kernel.Proc;

/// <summary>What a process was started as (proc_pid_cmdline(5), proc_pid_comm(5)).</summary>
public static class ProcCommandLine
{
    /// <summary>
    /// The command line with spaces between the arguments, or the bare name of a kernel thread or zombie, which have
    /// none; null where the process has ended.
    /// </summary>
    public static string? Read(ProcDirectory proc, int pid)
    {
        var arguments = proc.ReadFile(pid, "cmdline"u8);
        if (arguments is not null && Join(arguments) is { Length: > 0 } line)
            return line;
        var name = proc.ReadFile(pid, "comm"u8);
        return name is null ? null : Encoding.UTF8.GetString(name.AsSpan().TrimEnd((byte)'\n'));
    }

    /// <summary>
    /// The arguments in one line. They are separated by zero bytes, but a process may have overwritten them with a title of
    /// its own, padded with zero bytes to the old length.
    /// </summary>
    /// <example>sleep\0infinity\0</example>
    public static string Join(ReadOnlySpan<byte> arguments)
    {
        var text = arguments.TrimEnd((byte)0);
        return Encoding.UTF8.GetString(text).Replace('\0', ' ');
    }
}
