using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Life;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Life;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Faults;

/// <summary>The supervisor dies first: the container goes along, and what is left is cleared.</summary>
public class SupervisorTests
{
    [SystemFact]
    public void A_container_does_not_outlive_its_supervisor_and_is_removed()
    {
        using var container = new EngineContainer(new ContainerSpec { Command = "sleep", Arguments = ["1000"] });
        int pid = container.Container.Pid!.Value;
        KillSupervisor(container);
        Pscontainer.Eventually(() => container.Now.Status == ContainerStatus.Stopped, "the container ends");
        Assert.Null(container.WaitEnd().ExitCode);
        Machine.Engine.Remove(container.Now, force: false);
        AssertGone(container);
        Assert.Null(ProcessIdentity.Of(pid));
    }

    [SystemFact]
    public void It_can_be_started_again()
    {
        using var container = new EngineContainer(new ContainerSpec());
        KillSupervisor(container);
        Pscontainer.Eventually(() => container.Now.Status == ContainerStatus.Stopped, "the container ends");
        Assert.Equal(ContainerStatus.Running, Machine.Engine.Start(container.Container).Status);
        Assert.NotNull(Supervisor(container));
    }

    [SystemFact]
    public void A_container_that_changed_its_user_may_outlive_it_and_is_removed_by_force()
    {
        // A change of user undoes PR_SET_PDEATHSIG (prctl(2)).
        using var container = new EngineContainer(new ContainerSpec { Command = "su", Arguments = ["-s", "/bin/sh", "ann", "-c", "exec sleep 1000"] });
        Pscontainer.Eventually(() => File.ReadAllText($"/proc/{container.Container.Pid}/comm").StartsWith("sleep", StringComparison.Ordinal), "its user is another");
        KillSupervisor(container);
        Machine.Engine.Remove(container.Now, force: true);
        AssertGone(container);
    }

    [SystemFact]
    public void A_container_whose_init_is_killed_ends_as_killed()
    {
        using var container = new EngineContainer(new ContainerSpec { Command = "sleep", Arguments = ["1000"] });
        Outcome.Of("kill", "-KILL", container.Container.Pid!.Value.ToString());
        ContainerExit exit = container.WaitEnd();
        Assert.Equal((137, false), (exit.ExitCode!.Value, exit.OomKilled));
    }

    [SystemTheory("strace")]
    [InlineData("openat2", 3)]
    [InlineData("clone3", 1)]
    [InlineData("move_mount", 2)]
    [InlineData("pivot_root", 1)]
    [InlineData("mkdirat", 2)]
    public void A_start_whose_supervisor_is_killed_is_an_error_that_leaves_nothing(string call, int nth)
    {
        string wrapper = Path.Combine(Machine.NewFolder(), "pscontainer");
        File.WriteAllText(wrapper, $"#!/bin/sh\nexec {Machine.Find("strace")} -f -qq -o /dev/null -e inject={call}:signal=KILL:when={nth} {Machine.Executable} \"$@\"\n");
        File.SetUnixFileMode(wrapper, (UnixFileMode)0x1ED);
        var engine = new ContainerEngine(Machine.Root, wrapper);
        string[] before = Groups(), runs = [.. new RunStore(Machine.Root).Ids()];
        Assert.Contains(Assert.Throws<PSContainer.Engine.EngineException>(() => engine.Create(new ContainerSpec { RootFs = Machine.BusyboxRoot, Name = "killed" }, start: true)).Id,
            (string[])["SupervisorFailed", "StartKilled"]);
        Assert.Null(engine.Store.IdOfName("killed"));
        Assert.Equal(runs, new RunStore(Machine.Root).Ids());
        Assert.Equal(before, Groups());
    }

    [SystemFact]
    public void One_that_never_gets_the_word_ends_and_has_touched_nothing()
    {
        using var container = new EngineContainer(new ContainerSpec(), start: false);
        Outcome outcome = Pscontainer.Run("monitor", "--await", "0", "--new", container.Container.Id);
        Assert.Equal((1, "", ""), (outcome.Code, outcome.Output, outcome.Error));
        Assert.Equal(ContainerStatus.Created, container.Now.Status);
        Pscontainer.Fails("ArgumentMissing", "monitor", "--await", "x", "--new", container.Container.Id);
        container.Start();
        Assert.Equal(ContainerStatus.Running, container.Now.Status);
    }

    private static string[] Groups() => [.. CgroupLeftovers.Find(CgroupMounts.Discover()).Order()];

    private static ProcessIdentity? Supervisor(EngineContainer container) => RunState.Read(Machine.Root.RunFolder(container.Container.Id))?.Supervisor;

    private static void KillSupervisor(EngineContainer container)
    {
        ProcessIdentity supervisor = Supervisor(container)!.Value;
        Outcome.Of("kill", "-KILL", supervisor.Pid.ToString());
        Pscontainer.Eventually(() => !supervisor.IsAlive, "the supervisor ends");
    }

    private static void AssertGone(EngineContainer container)
    {
        Assert.False(Directory.Exists(container.Folder));
        Assert.False(Directory.Exists(Machine.Root.RunFolder(container.Container.Id)));
        Assert.False(ContainerCgroup.Open(CgroupPath.Default(container.Container.Id)).Exists);
    }
}
