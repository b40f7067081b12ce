using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Isolation;

/// <summary>The executable is static: a call that the linker has not bound would look for a library, beside the executable first.</summary>
public sealed class StaticTests
{
    [SystemFact("strace")]
    public void Nothing_of_a_run_and_of_an_entry_opens_a_library()
    {
        string trace = Path.Combine(Machine.NewFolder(), "trace");
        foreach (string[] line in (string[][])[["enter", "--target", $"{Environment.ProcessId}", "--", "true"], ["list"]])
        {
            Assert.Equal(0, Outcome.Of("strace", ["-f", "-e", "trace=open,openat,openat2,execve", "-o", trace, Machine.Executable, .. line]).Code);
            string[] calls = File.ReadAllLines(trace);
            // A process that has become the program is the program's to look at.
            string[] programs = [.. calls.Skip(1).Where(call => call.Contains("execve(")).Select(Process)];
            Assert.DoesNotContain(calls, call => call.Contains(".so") && !programs.Contains(Process(call)));
        }
    }

    private static string Process(string call) => call[..call.IndexOf(' ')];
}
