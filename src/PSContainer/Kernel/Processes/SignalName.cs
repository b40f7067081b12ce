namespace PSContainer.Kernel;

/// <summary>Signals by name: signal(7), the numbers of x86-64 and arm64.</summary>
public static class SignalName
{
    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Every standard name, without "SIG".</summary>
    public static IReadOnlyList<string> All => Names[1..];

    /// <summary>"TERM", "SIGTERM", "sigterm", "15", "RTMIN+3": the number; null where it is none.</summary>
    public static int? Parse(string text)
    {
        const int lowest = 1, highest = 64, realTimeMinimum = 34;
        string name = text.ToUpperInvariant();
        if (int.TryParse(name, System.Globalization.NumberStyles.None, null, out int number)) return number is >= lowest and <= highest ? number : null;
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        if (name == "RTMIN") return realTimeMinimum;
        if (name == "RTMAX") return highest;
        if (name.StartsWith("RTMIN+", StringComparison.Ordinal) && int.TryParse(name[6..], out int above) && above is >= 0 and <= highest - realTimeMinimum) return realTimeMinimum + above;
        if (name.StartsWith("RTMAX-", StringComparison.Ordinal) && int.TryParse(name[6..], out int below) && below is >= 0 and <= highest - realTimeMinimum) return highest - below;
        int index = name.Length == 0 ? -1 : Array.IndexOf(Names, name);
        return index > 0 ? index : null;
    }

    /// <summary>"SIGTERM" for 15.</summary>
    public static string Of(int signal) => signal > 0 && signal < Names.Length ? "SIG" + Names[signal] : "signal " + signal;
}
