using System.Text.Json.Nodes;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Users;

/// <summary>Bundles with users of their own: root inside is nobody outside.</summary>
public class UserNamespaceTests
{
    private const int First = 100000, Size = 65536;

    /// <summary>The same bundle in a user namespace, on a root that belongs to its users.</summary>
    private static Bundle Apart(Bundle bundle, bool ownRoot = false)
    {
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
        foreach (string kind in (string[])["uidMappings", "gidMappings"])
            bundle.Linux[kind] = Mappings(0, First, Size);
        if (ownRoot) Outcome.Of("chown", "-R", $"{First}:{First}", bundle.OwnRoot(writable: true));
        return bundle;
    }

    private static JsonArray Mappings(long inside, long outside, long size) => new(new JsonObject { ["containerID"] = inside, ["hostID"] = outside, ["size"] = size });

    private static string Ids(string path) => Outcome.Of("stat", "-c", "%u:%g", path).Output.Trim();

    private static Bundle Capable(Bundle bundle, params string[] capabilities)
    {
        foreach (string set in (string[])["bounding", "effective", "permitted"])
            bundle.Process["capabilities"]![set] = new JsonArray([.. capabilities.Select(name => (JsonNode)name)]);
        return bundle;
    }

    [SystemFact]
    public void Root_inside_is_nobody_outside()
    {
        using Bundle bundle = Apart(new Bundle("sleep", "1000"));
        bundle.Start();
        string[] status = File.ReadAllLines($"/proc/{bundle.Pid}/status");
        Assert.Contains($"Uid:\t{First}\t{First}\t{First}\t{First}", status);
        Assert.Contains($"Gid:\t{First}\t{First}\t{First}\t{First}", status);
        Assert.Equal($"0 {First} {Size}", string.Join(' ', File.ReadAllText($"/proc/{bundle.Pid}/uid_map").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Trim());
        Assert.Equal("0", bundle.ExecShell("id -u").Output.Trim());
        Assert.Equal("allow", File.ReadAllText($"/proc/{bundle.Pid}/setgroups").Trim());
    }

    [SystemFact]
    public void All_its_namespaces_are_its_roots()
    {
        using Bundle bundle = Capable(Apart(Bundle.Shell("hostname other && mount -t tmpfs x /tmp && ip addr add 10.9.9.9/32 dev lo; sleep 1000")), "CAP_SYS_ADMIN", "CAP_NET_ADMIN");
        bundle.Start();
        Pscontainer.Eventually(() => bundle.ExecShell("hostname").Output.Trim() == "other", "a name that the container's root has given");
        Pscontainer.Eventually(() => bundle.ExecShell("ip addr show lo").Output.Contains("10.9.9.9"), "its address");
        Assert.Contains("x /tmp tmpfs", bundle.ExecShell("cat /proc/mounts").Output);
        Assert.NotEqual("other", Environment.MachineName);
    }

    [SystemFact]
    public void What_needs_the_hosts_root_it_can_t_do()
    {
        using Bundle bundle = Capable(Apart(Bundle.Shell("mknod /dev/x c 1 5 || echo no node; echo 1 > /proc/sys/vm/drop_caches || echo no knob; chown 5 /etc/passwd || echo no owner; ls -ln /etc/passwd")),
            "CAP_SYS_ADMIN", "CAP_MKNOD", "CAP_CHOWN", "CAP_FOWNER", "CAP_DAC_OVERRIDE");
        bundle.Linux["readonlyPaths"] = new JsonArray();
        Outcome outcome = bundle.Run();
        Assert.Contains("no node", outcome.Output);
        Assert.Contains("no knob", outcome.Output);
        Assert.Contains("no owner", outcome.Output);
        Assert.Contains(" 65534 ", outcome.Output);
    }

    [SystemFact]
    public void Devices_work_and_are_its_users()
    {
        using Bundle bundle = Apart(Bundle.Shell("echo gone > /dev/null && head -c 3 /dev/urandom | wc -c; stat -c '%u %g %a' /dev /dev/null /dev/tty /dev/shm; touch /dev/shm/a && stat -c %u /dev/shm/a"));
        Assert.Equal(["3", "0 0 755", "0 0 666", "0 5 666", "0 0 1777", "0"], bundle.Run().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [SystemFact]
    public void Files_that_it_writes_belong_to_its_users_outside()
    {
        using Bundle bundle = Capable(Apart(Bundle.Shell("echo x > /data/a; echo y > /data/b; chown 1000:50 /data/b; stat -c %u:%g /data/a /data/b"), ownRoot: true), "CAP_CHOWN");
        Assert.Equal("0:0\n1000:50\n", bundle.Run().Output);
        string root = Path.Combine(bundle.Folder, "rootfs");
        Assert.Equal($"{First}:{First}", Ids(root + "/data/a"));
        Assert.Equal($"{First + 1000}:{First + 50}", Ids(root + "/data/b"));
    }

    [SystemFact]
    public void A_user_of_its_own_runs_the_program_and_the_exit_code_comes_back()
    {
        using Bundle bundle = Apart(Bundle.Shell("id -u; id -g; exit 7"));
        bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 50, ["additionalGids"] = new JsonArray(50, 60) };
        Outcome outcome = bundle.Run();
        Assert.Equal((7, "1000\n50\n"), (outcome.Code, outcome.Output));
    }

    [SystemFact]
    public void Exec_enters_the_user_namespace_with_the_containers_rights()
    {
        using Bundle bundle = Capable(Apart(new Bundle("sleep", "1000")), "CAP_KILL");
        bundle.Start();
        string inside = bundle.ExecShell("readlink /proc/self/ns/user; grep -E 'CapEff|Uid' /proc/self/status").Output;
        Assert.Contains(new FileInfo($"/proc/{bundle.Pid}/ns/user").LinkTarget!, inside);
        Assert.Contains("CapEff:\t0000000000000020", inside);
        Assert.Contains("Uid:\t0\t0\t0\t0", inside);
        Outcome ann = Pscontainer.Run("exec", "--user", "ann", bundle.Id, "/bin/sh", "-c", "id -u; grep CapEff /proc/self/status");
        Assert.Equal("1000\nCapEff:\t0000000000000000\n", ann.Output);
        Outcome terminal = Pscontainer.Run("exec", "--tty", bundle.Id, "/bin/sh", "-c", "stat -c %u $(tty)");
        Assert.Equal("0", terminal.Output.Trim());
    }

    [SystemFact]
    public void Its_state_and_signals_are_as_ever()
    {
        using Bundle bundle = Apart(Bundle.Shell("trap 'exit 3' TERM; while :; do sleep 0.05; done"));
        bundle.Create();
        Assert.Equal("created", bundle.Status);
        Assert.Equal(0, Pscontainer.Run("start", bundle.Id).Code);
        Assert.Equal("running", bundle.Status);
        Assert.Equal(0, Pscontainer.Run("kill", bundle.Id, "KILL").Code);
        Pscontainer.Eventually(() => bundle.Status == "stopped", "its end");
        Assert.Equal(0, Pscontainer.Run("delete", bundle.Id).Code);
        bundle.AssertGone();
    }

    [SystemFact]
    public void A_namespace_that_is_there_is_entered_by_its_path()
    {
        using Bundle first = Apart(new Bundle("sleep", "1000")), second = Bundle.Shell("readlink /proc/self/ns/user; id -u; echo x > /dev/null && stat -c %u /dev/null");
        first.Start();
        string path = $"/proc/{first.Pid}/ns/user";
        second.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user", ["path"] = path });
        Outcome outcome = second.Run();
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal($"{new FileInfo(path).LinkTarget}\n0\n0\n", outcome.Output);
    }

    [SystemFact]
    public void A_mounts_owners_are_mapped()
    {
        string folder = Machine.NewFolder();
        File.WriteAllText(folder + "/root", "");
        File.WriteAllText(folder + "/ann", "");
        Outcome.Of("chown", "1000:50", folder + "/ann");
        using Bundle bundle = Apart(Bundle.Shell("stat -c %u:%g /data/root /data/ann; echo x > /data/new; stat -c %u /tmp/root"));
        bundle.Mount("/data", "bind", folder, "rbind", "idmap").Mount("/tmp", "bind", folder, "rbind");
        Outcome outcome = bundle.Run();
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal("0:0\n1000:50\n65534\n", outcome.Output);
        Assert.Equal("0:0", Ids(folder + "/new"));
    }

    [SystemFact]
    public void A_mount_has_mappings_of_its_own()
    {
        string folder = Machine.NewFolder();
        File.WriteAllText(folder + "/root", "");
        using Bundle bundle = Bundle.Shell("stat -c %u:%g /data/root; touch /data/new");
        bundle.Mount("/data", "bind", folder, "bind", "idmap");
        JsonObject mount = bundle.Mounts[^1]!.AsObject();
        (mount["uidMappings"], mount["gidMappings"]) = (Mappings(0, 2000, 10), Mappings(0, 3000, 10));
        bundle.Process["user"] = new JsonObject { ["uid"] = 2001, ["gid"] = 3001 };
        Outcome.Of("chmod", "777", folder);
        Assert.Equal("2000:3000\n", bundle.Run().Output);
        Assert.Equal("1:1", Ids(folder + "/new"));
    }

    [SystemFact]
    public void Clocks_are_ahead()
    {
        using Bundle bundle = Bundle.Shell("cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets"), apart = Apart(Bundle.Shell("cut -d. -f1 /proc/uptime"));
        foreach (Bundle one in (Bundle[])[bundle, apart])
        {
            one.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "time" });
            one.Linux["timeOffsets"] = new JsonObject { ["boottime"] = new JsonObject { ["secs"] = 1_000_000_000 }, ["monotonic"] = new JsonObject { ["secs"] = 5, ["nanosecs"] = 6 } };
            Outcome outcome = one.Run();
            Assert.True(outcome.Code == 0, outcome.ToString());
            Assert.True(long.Parse(outcome.Output.Split('\n')[0]) >= 1_000_000_000, outcome.Output);
        }
    }

    [SystemFact]
    public void Wishes_that_can_t_be_leave_nothing()
    {
        using Bundle none = Apart(new Bundle("true")), overlap = Apart(new Bundle("true")), rootless = Apart(new Bundle("true")), shared = Apart(new Bundle("true")), type = new("true");
        none.Linux.Remove("uidMappings");
        none.RunFails("MappingInvalid");
        overlap.Linux["uidMappings"]!.AsArray().Add(new JsonObject { ["containerID"] = 5, ["hostID"] = 900000, ["size"] = 5 });
        overlap.RunFails("MappingInvalid");
        rootless.Linux["uidMappings"] = Mappings(1, First, 10);
        rootless.RunFails("MappingInvalid");
        shared.Linux["namespaces"]!.AsArray().RemoveAt(shared.Linux["namespaces"]!.AsArray().Count - 1);
        shared.RunFails("MappingInvalid");
        type.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user", ["path"] = "/proc/self/ns/net" });
        type.RunFails("NamespaceInvalid");
    }

    [SystemFact]
    public void Its_limits_may_be_higher_than_its_own_right()
    {
        using Bundle bundle = Apart(Bundle.Shell("ulimit -n; ulimit -Hn; ulimit -c"));
        bundle.Process["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NOFILE", ["soft"] = 64, ["hard"] = 512 }, new JsonObject { ["type"] = "RLIMIT_CORE", ["soft"] = 0, ["hard"] = 0 });
        bundle.Process["oomScoreAdj"] = 77;
        Assert.Equal("64\n512\n0\n", bundle.Run().Output);
    }
}
