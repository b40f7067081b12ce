using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers.Life;
using PSContainer.Engine.Containers.Limits;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.State;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Limits;

public class LimitTests
{
    private const long Megabyte = 1 << 20;

    [SystemFact]
    public void Who_touches_60_MB_in_a_40_MB_container_is_killed_and_it_is_told()
    {
        // dd with one buffer of that size touches it all.
        using var container = new EngineContainer(new ContainerSpec
        {
            Command = "dd", Arguments = ["if=/dev/zero", "of=/dev/null", "bs=60M", "count=1"], Limit = new ContainerLimit { Memory = 40 * Megabyte, MemorySwap = null },
        });
        ContainerExit exit = container.WaitEnd();
        Assert.Equal((137, true), (exit.ExitCode!.Value, exit.OomKilled));
        Assert.True(container.Now.OomKilled);
    }

    [SystemFact]
    public void A_child_that_is_killed_is_told_as_well_and_the_container_lives()
    {
        using var container = new EngineContainer(new ContainerSpec
        {
            Command = "sh", Arguments = ["-c", "dd if=/dev/zero of=/dev/null bs=60M count=1; sleep 1000"], Limit = new ContainerLimit { Memory = 40 * Megabyte },
        });
        Pscontainer.Eventually(() => container.Now.OomKilled, "OomKilled");
        Assert.Equal(ContainerStatus.Running, container.Now.Status);
    }

    [SystemFact]
    public void Forks_beyond_the_limit_fail()
    {
        string[] lines = EngineContainer.Print("for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1 & done; echo end", new ContainerSpec { Limit = new ContainerLimit { PidsLimit = 5 } });
        Assert.Contains(lines, line => line.Contains("fork", StringComparison.Ordinal));
    }

    [SystemFact]
    public void One_process_is_enough_for_one_that_does_not_fork()
        => Assert.Equal(["alone"], EngineContainer.PrintOf(new ContainerSpec { Command = "echo", Arguments = ["alone"], Limit = new ContainerLimit { PidsLimit = 1 } }));

    [SystemFact]
    public void The_kernel_holds_what_was_wished()
    {
        using var container = new EngineContainer(new ContainerSpec { Limit = new ContainerLimit { Memory = 64 * Megabyte, Cpus = 0.5, PidsLimit = 50, CpusetCpus = "0" } });
        LimitValues limit = container.Now.Limit!;
        Assert.Equal((64 * Megabyte, 0.5, 50L, "0"), ((long)limit.Memory!, limit.Cpus!.Value, (long)limit.PidsLimit!, limit.CpusetCpus));
        Assert.InRange(container.Now.Usage!.MemoryCurrent ?? 0, 1, 64 * Megabyte);
    }

    [SystemFact]
    public void Without_a_wish_there_are_2048_processes()
    {
        using var container = new EngineContainer(new ContainerSpec());
        Assert.Equal(2048L, container.Now.Limit!.PidsLimit);
    }

    [SystemFact]
    public void Limits_of_a_bundle_are_set()
    {
        using var bundle = new Bundle("sleep", "1000");
        bundle.Linux["resources"]!["memory"] = new global::System.Text.Json.Nodes.JsonObject { ["limit"] = 32 * Megabyte };
        bundle.Linux["resources"]!["pids"] = new global::System.Text.Json.Nodes.JsonObject { ["limit"] = 7 };
        bundle.Start();
        ContainerLimit limit = bundle.Cgroup.ReadLimit();
        Assert.Equal((32 * Megabyte, 7L), (limit.Memory!.Value, limit.PidsLimit!.Value));
    }

    [SystemFact]
    public void Too_little_memory_to_start_is_an_error_that_leaves_nothing()
    {
        using var bundle = new Bundle("true");
        bundle.Linux["resources"]!["memory"] = new global::System.Text.Json.Nodes.JsonObject { ["limit"] = 4096 };
        Outcome outcome = Pscontainer.Run(["--reply", "1", .. bundle.Write().Line("run")]);
        Assert.NotEqual(0, outcome.Code);
        bundle.AssertGone();
    }
}
