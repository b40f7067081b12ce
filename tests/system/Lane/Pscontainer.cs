namespace PSContainer.Tests.System.Lane;

/// <summary>The executable's command line.</summary>
internal static class Pscontainer
{
    public static Outcome Run(params IReadOnlyList<string> arguments)
        => arguments.Any(word => word is "create" or "--detach") ? Outcome.Leaving(Machine.Executable, arguments) : Outcome.Of(Machine.Executable, arguments);

    /// <summary>Runs what must fail, and asserts as what.</summary>
    public static Outcome Fails(string id, params IEnumerable<string> arguments)
    {
        Outcome outcome = Run(["--reply", "1", .. arguments]);
        Assert.True(outcome.FailureId == id, $"{id} expected, {outcome}");
        Assert.NotEqual(0, outcome.Code);
        return outcome;
    }

    /// <summary>Waits for what another process brings about.</summary>
    public static void Eventually(Func<bool> holds, string what)
    {
        long end = Environment.TickCount64 + (long)Machine.Patience.TotalMilliseconds;
        while (!holds())
        {
            Assert.True(Environment.TickCount64 < end, "never: " + what);
            Thread.Sleep(5);
        }
    }
}
