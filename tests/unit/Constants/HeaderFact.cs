using System.Diagnostics;

namespace PSContainer.Tests.Unit.Constants;

/// <summary>A fact that is reported as not run where there is no gcc, or a header is missing.</summary>
internal sealed class HeaderFactAttribute : FactAttribute
{
    public HeaderFactAttribute(params string[] headers)
    {
        if (!File.Exists("/usr/bin/gcc")) Skip = "needs gcc";
        else if (headers.FirstOrDefault(header => !Headers.Has(header)) is { } missing) Skip = $"needs the header {missing}";
    }
}

/// <summary>Facts in C, which gcc agrees to or not: nothing is run.</summary>
internal static class Headers
{
    public static bool Has(string header) => Complaints($"#include <{header}>\n").Length == 0;

    /// <summary>Asserts that each C expression has its value; one that this machine's headers do not know yet is passed over.</summary>
    public static void Agree(IEnumerable<string> headers, IEnumerable<(string C, long Value)> facts, string known = "")
    {
        string source = "#define _GNU_SOURCE\n#include <stddef.h>\n" + string.Concat(headers.Select(header => $"#include <{header}>\n")) + known;
        int count = 0;
        foreach ((string c, long value) in facts)
        {
            count++;
            string fact = $"_Static_assert((long long)({c}) == {value}LL, \"{c} is not {value}\");\n";
            // A macro may be younger than the headers; whatever is none has to be there.
            source += c.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && !c.StartsWith("FSCONFIG_", StringComparison.Ordinal) ? $"#ifdef {c}\n{fact}#endif\n" : fact;
        }
        Assert.NotEqual(0, count);
        Assert.Equal("", Complaints(source));
    }

    private static string Complaints(string source)
    {
        using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-fsyntax-only", "-x", "c", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        compiler.StandardInput.Write(source);
        compiler.StandardInput.Close();
        string complaints = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? "" : complaints;
    }
}
