using System.Text;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.State;

/// <summary>The small files, and the identity of processes.</summary>
public sealed class StateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_process_is_its_number_and_its_start()
    {
        ProcessIdentity self = ProcessIdentity.Of(Environment.ProcessId)!.Value;
        Assert.True(self.IsAlive);
        int pidfd = self.Open();
        Assert.True(pidfd >= 0);
        Files.Close(pidfd);
        // The same number, used again.
        ProcessIdentity other = self with { StartTime = self.StartTime + 1 };
        Assert.False(other.IsAlive);
        Assert.Equal(-1, other.Open());
    }

    [Fact]
    public void What_has_ended_is_nobody_not_even_as_a_zombie()
    {
        using var child = global::System.Diagnostics.Process.Start("sleep", "1000");
        ProcessIdentity identity = ProcessIdentity.Of(child.Id)!.Value;
        child.Kill();
        child.WaitForExit();
        Assert.False(identity.IsAlive);
        foreach (int pid in (int[])[0, -1, int.MaxValue, 4194305]) Assert.Null(ProcessIdentity.Of(pid));
    }

    [Fact]
    public void The_end_of_a_run_is_written_and_read()
    {
        var exit = new ExitRecord(137, true, new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2)));
        File.WriteAllBytes(Path.Combine(_folder, ExitRecord.FileName), exit.ToJson());
        Assert.Equal(exit, ExitRecord.Read(_folder));
        Assert.Null(ExitRecord.Read(_folder + "/absent"));
        byte[] whole = exit.ToJson();
        for (int length = 0; length < whole.Length; length++) Assert.Null(ExitRecord.Parse(whole.AsMemory(0, length)));
        foreach (string other in (string[])["null", "[]", "{}", "{\"code\":\"1\",\"finished\":\"2026-01-01T00:00:00Z\"}", "{\"code\":1,\"finished\":7}"]) Assert.Null(ExitRecord.Parse(Encoding.UTF8.GetBytes(other)));
    }

    private static readonly RunState s_state = new()
    {
        Id = "a", Bundle = "/b", Init = new ProcessIdentity(7, 8), Supervisor = new ProcessIdentity(9, 10), Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        CgroupPath = "/c", Annotations = new Dictionary<string, string> { ["x"] = "\"y\"\n" },
    };

    [Fact]
    public void A_live_containers_state_is_written_and_read()
    {
        s_state.Write(_folder);
        RunState again = RunState.Read(_folder)!;
        Assert.Equal(s_state with { Annotations = again.Annotations }, again);
        Assert.Equal(s_state.Annotations, again.Annotations);
        Assert.Equal([Path.Combine(_folder, RunState.FileName)], Directory.GetFiles(_folder));
        Assert.Null(RunState.Read(_folder + "/absent"));
        (s_state with { Supervisor = null, CgroupPath = null }).Write(_folder);
        Assert.Null(RunState.Read(_folder)!.Supervisor);
    }

    [Fact]
    public void A_state_that_is_cut_off_is_corrupt()
    {
        s_state.Write(_folder);
        string path = Path.Combine(_folder, RunState.FileName);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length - 1; length += 5)
        {
            File.WriteAllBytes(path, whole[..length]);
            Fails.With("StateCorrupt", () => RunState.Read(_folder));
        }
        foreach (string other in (string[])["null", "[]", "{}", "{\"id\":\"a\",\"bundle\":\"b\",\"pid\":99999999999,\"pidStartTime\":1,\"created\":\"2026-01-01T00:00:00Z\"}"])
        {
            File.WriteAllText(path, other);
            Fails.With("StateCorrupt", () => RunState.Read(_folder));
        }
    }

    [Theory]
    [InlineData(ContainerStatus.Created, "created", true)]
    [InlineData(ContainerStatus.Running, "running", true)]
    [InlineData(ContainerStatus.Paused, "paused", true)]
    [InlineData(ContainerStatus.Stopped, "stopped", false)]
    public void Ocis_state_has_a_pid_while_there_is_one(ContainerStatus status, string text, bool pid)
    {
        using var json = global::System.Text.Json.JsonDocument.Parse(s_state.ToOci(status));
        Assert.Equal(text, json.RootElement.GetProperty("status").GetString());
        Assert.Equal(pid, json.RootElement.TryGetProperty("pid", out _));
        Assert.False(json.RootElement.TryGetProperty("supervisor", out _));
    }

    [Fact]
    public void An_id_is_claimed_once_and_free_after_its_release()
    {
        var store = new RunStore(StorageRoot.At(_folder));
        string claimed = store.Claim("a");
        Assert.True(Directory.Exists(claimed));
        Fails.With("ContainerExists", () => store.Claim("a"));
        Assert.Equal(["a"], store.Ids());
        Fails.With("ContainerNotFound", () => store.Get("a"));
        store.Release("a");
        store.Release("a");
        store.Claim("a");
        foreach (string id in (string[])["", ".", "..", "a/b", "../x", "a\n", "a\0", "ü", "a b", "a:b", new string('a', 256)])
        {
            Fails.With("ContainerIdInvalid", () => store.Claim(id));
            Fails.With("ContainerIdInvalid", () => store.Get(id));
        }
        RunStore.CheckId(new string('a', 255));
        RunStore.CheckId("a_+-.9");
    }

    [Fact]
    public void Of_many_claims_one_wins()
    {
        var store = new RunStore(StorageRoot.At(_folder));
        int won = Enumerable.Range(0, 30).AsParallel().WithDegreeOfParallelism(10).Count(_ =>
        {
            try
            {
                store.Claim("a");
                return true;
            }
            catch (PSContainer.Engine.EngineException)
            {
                return false;
            }
        });
        Assert.Equal(1, won);
    }
}
