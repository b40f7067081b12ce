using PSContainer.Engine.Containers.Wishes;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Seccomp;

/// <summary>The profile of a container that nobody asks anything special of.</summary>
public class DefaultProfileTests
{
    private const string Script = "grep Seccomp: /proc/self/status; unshare -r true 2>&1; unshare -m true 2>&1; mount -t tmpfs tmpfs /tmp 2>&1; echo end";

    private static void AssertWalled(IReadOnlyList<string> lines)
    {
        Assert.Equal("Seccomp:\t2", lines[0]);
        Assert.Equal("end", lines[^1]);
        Assert.Equal(5, lines.Count);
        Assert.All(lines.Skip(1).SkipLast(1), line => Assert.Matches("Operation not permitted|permission denied", line));
    }

    [SystemFact]
    public void It_holds_for_the_first_process_and_for_who_enters()
    {
        AssertWalled(EngineContainer.Print(Script));
        using var idle = new EngineContainer(new ContainerSpec());
        AssertWalled(idle.Exec(Script).Lines);
    }

    [SystemFact]
    public void It_holds_for_another_user() => AssertWalled(EngineContainer.Print(Script, new ContainerSpec { User = "ann" }));
}
