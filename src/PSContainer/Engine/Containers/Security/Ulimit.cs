using PSContainer.Engine.Spec;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Security;

/// <summary>"nofile=1024:2048", "core=0", "memlock=unlimited": docker's --ulimit.</summary>
public static class Ulimit
{
    public static readonly string[] Names = ["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"];

    /// <exception cref="EngineException">UlimitInvalid.</exception>
    public static RlimitSpec Parse(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? text : text[..equals];
        if (equals < 0 || Array.IndexOf(Names, name) < 0) throw Invalid(text, $"'{Printable.Of(name)}' is no limit");
        string[] values = text[(equals + 1)..].Split(':');
        if (values.Length > 2) throw Invalid(text, "there are two values at most");
        ulong soft = Value(text, values[0]), hard = values.Length == 2 ? Value(text, values[1]) : soft;
        return soft <= hard ? new RlimitSpec("RLIMIT_" + name.ToUpperInvariant(), soft, hard) : throw Invalid(text, "the first value is above the second, which bounds it");
    }

    private static ulong Value(string whole, string text)
        => text is "-1" or "unlimited" ? ulong.MaxValue : text.Length > 0 && text.All(char.IsAsciiDigit) && ulong.TryParse(text, out ulong value) ? value : throw Invalid(whole, $"'{Printable.Of(text)}' is no number");

    private static EngineException Invalid(string text, string why)
        => new("UlimitInvalid", Reason.InvalidInput, $"The limit '{Printable.Of(text)}' can't be set: {why}.", $"Use NAME=SOFT or NAME=SOFT:HARD; names are {string.Join(", ", Names)}.");
}
