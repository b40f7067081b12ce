using PSContainer.Engine;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Life;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.State;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Engine;

/// <summary>The engine's door: create, start, stop, wait, remove.</summary>
public class EngineTests
{
    [SystemFact]
    public void A_container_runs_and_ends_and_its_record_stays()
    {
        using var container = new EngineContainer(new ContainerSpec { Command = "sh", Arguments = ["-c", "echo out; echo err >&2; exit 3"], Labels = new Dictionary<string, string> { ["a"] = "b" } });
        ContainerExit exit = container.WaitEnd();
        Assert.Equal((3, false), (exit.ExitCode!.Value, exit.OomKilled));
        Assert.Equal(["err", "out"], container.Output().Order());
        Container now = container.Now;
        Assert.Equal((ContainerStatus.Stopped, 3, (int?)null, "b"), (now.Status, now.ExitCode!.Value, now.Pid, now.Labels["a"]));
        Assert.NotNull(now.Finished);
        Assert.False(Directory.Exists(Machine.Root.RunFolder(now.Id)));
    }

    [SystemFact]
    public void It_starts_again_and_its_log_goes_on()
    {
        using var container = new EngineContainer(new ContainerSpec { Command = "echo", Arguments = ["once"] }, start: false);
        Assert.Equal(ContainerStatus.Created, container.Now.Status);
        for (int i = 0; i < 3; i++)
        {
            container.Start();
            Assert.Equal(0, Machine.Engine.Wait(container.Now, Machine.Patience, CancellationToken.None).ExitCode);
        }
        Assert.Equal(["once", "once", "once"], container.Output());
    }

    [SystemFact]
    public void What_it_wrote_is_gone_with_its_end()
    {
        using var container = new EngineContainer(new ContainerSpec { Command = "sh", Arguments = ["-c", "ls /data; echo x >/data/written && ls /data"] });
        container.WaitEnd();
        container.Start();
        container.WaitEnd();
        Assert.Equal(["written", "written"], container.Output());
        Assert.Empty(Directory.GetFileSystemEntries(Machine.BusyboxRoot + "/data"));
    }

    [SystemFact]
    public void The_idle_init_reaps_and_ends_on_term_with_0()
    {
        using var container = new EngineContainer(new ContainerSpec());
        int pid = container.Container.Pid!.Value;
        // Its parent ends at once, so that it becomes init's.
        container.Exec("( sleep 0.05 & ) ; true");
        Pscontainer.Eventually(() => Directory.GetDirectories("/proc", "*").Count(folder => IsChild(folder, pid)) == 0, "no zombie");
        Container stopped = Machine.Engine.Stop(container.Now, "TERM", Machine.Patience, CancellationToken.None);
        Assert.Equal((ContainerStatus.Stopped, 0), (stopped.Status, stopped.ExitCode!.Value));
    }

    [SystemFact]
    public void Who_does_not_listen_is_killed_when_the_time_is_over()
    {
        using var container = new EngineContainer(new ContainerSpec { Command = "sh", Arguments = ["-c", "trap '' TERM; echo ready; while true; do sleep 0.1; done"] });
        Pscontainer.Eventually(() => container.Output() is ["ready"], "the trap");
        long before = Environment.TickCount64;
        Assert.Equal(137, Machine.Engine.Stop(container.Now, "TERM", TimeSpan.FromMilliseconds(300), CancellationToken.None).ExitCode);
        Assert.InRange(Environment.TickCount64 - before, 250, (long)Machine.Patience.TotalMilliseconds);
        Assert.Equal("SignalUnknown", Assert.Throws<EngineException>(() => Machine.Engine.Stop(container.Now, "NONE", TimeSpan.Zero, CancellationToken.None)).Id);
    }

    [SystemFact]
    public void One_that_removes_itself_leaves_nothing_and_its_exit_is_told()
    {
        using var container = new EngineContainer(new ContainerSpec { Command = "sh", Arguments = ["-c", "sleep 0.2; exit 5"], AutoRemove = true });
        Assert.Equal(5, container.WaitEnd().ExitCode);
        Assert.False(Directory.Exists(container.Folder));
        Assert.Null(Machine.Engine.Store.IdOfName(container.Container.Name));
    }

    [SystemFact]
    public void Waiting_has_an_end_and_can_be_given_up()
    {
        using var container = new EngineContainer(new ContainerSpec());
        Assert.Equal("ContainerStillRunning", Assert.Throws<EngineException>(() => Machine.Engine.Wait(container.Container, TimeSpan.FromMilliseconds(50), CancellationToken.None)).Id);
        using var cancelled = new CancellationTokenSource(100);
        Assert.Throws<OperationCanceledException>(() => Machine.Engine.Wait(container.Container, null, cancelled.Token));
        using var created = new EngineContainer(new ContainerSpec(), start: false);
        Assert.Equal("ContainerNotStarted", Assert.Throws<EngineException>(() => Machine.Engine.Wait(created.Container, null, CancellationToken.None)).Id);
    }

    [SystemFact]
    public void What_runs_is_neither_started_nor_removed_without_force()
    {
        using var container = new EngineContainer(new ContainerSpec());
        Assert.Equal("ContainerRunning", Assert.Throws<EngineException>(() => Machine.Engine.Start(container.Now)).Id);
        Assert.Equal("ContainerRunning", Assert.Throws<EngineException>(() => Machine.Engine.Remove(container.Now, force: false)).Id);
        Assert.Equal(ContainerStatus.Running, container.Now.Status);
    }

    [SystemTheory]
    [InlineData("absent", "CommandNotFound")]
    [InlineData("/etc/passwd", "CommandNotExecutable")]
    public void A_command_that_can_t_be_started_leaves_no_container(string command, string id)
    {
        int before = Machine.Engine.Store.All().Count;
        EngineException failure = Assert.Throws<EngineException>(() => new EngineContainer(new ContainerSpec { Name = "unborn", Command = command }));
        Assert.Equal(id, failure.Id);
        Assert.Contains(command, failure.Message);
        Assert.Equal(before, Machine.Engine.Store.All().Count);
        Assert.Null(Machine.Engine.Store.IdOfName("unborn"));
    }

    [SystemFact]
    public void Fifty_at_once_are_fifty()
    {
        int count = Machine.IsSlow ? 12 : 50;
        EngineContainer[] containers = AtOnce.Do(count, _ => new EngineContainer(new ContainerSpec { Command = "sleep", Arguments = ["1000"] }));
        try
        {
            Assert.Equal(count, containers.Select(container => container.Container.Name).Distinct().Count());
            Assert.Equal(count, containers.Select(container => container.Now.Pid).Distinct().Count());
            Assert.All(containers, container => Assert.Equal(ContainerStatus.Running, container.Container.Status));
        }
        finally
        {
            AtOnce.Do(count, i =>
            {
                containers[i].Dispose();
                return 0;
            });
        }
    }

    [SystemFact]
    public void Of_twenty_of_one_name_one_wins()
    {
        object[] results = AtOnce.Do<object>(20, _ =>
        {
            try
            {
                return new EngineContainer(new ContainerSpec { Name = "wanted-by-many" }, start: false);
            }
            catch (EngineException failure)
            {
                return failure.Id;
            }
        });
        using EngineContainer winner = Assert.Single(results.OfType<EngineContainer>());
        Assert.All(results.OfType<string>(), id => Assert.Equal("ContainerNameTaken", id));
    }

    private static bool IsChild(string folder, int parent)
    {
        try
        {
            string stat = File.ReadAllText(folder + "/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
