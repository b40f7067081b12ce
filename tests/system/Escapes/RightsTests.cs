using System.Text.Json.Nodes;
using PSContainer.Engine;
using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Escapes;

/// <summary>More rights than were given: capabilities, users, groups, settings. Each test says behind "without" which line holds it up.</summary>
public class RightsTests
{
    private static Dictionary<string, string> Status(IEnumerable<string> lines)
        => lines.Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1].Trim());

    [SystemFact] // CVE-2022-29162, CVE-2022-24769; without: capset's inheritable set and PR_CAP_AMBIENT_CLEAR_ALL in CredentialSteps.Drop
    public void T12_No_capability_is_handed_on_to_what_a_program_starts()
    {
        const string none = "0000000000000000";
        using var container = new EngineContainer(new ContainerSpec());
        foreach (string[] line in (string[][])[["exec", container.Container.Id, "cat", "/proc/self/status"], ["exec", "--cap", "CAP_SYS_PTRACE", container.Container.Id, "cat", "/proc/self/status"]])
        {
            Dictionary<string, string> status = Status(Pscontainer.Run(line).Lines);
            Assert.Equal((none, none), (status["CapInh"], status["CapAmb"]));
        }
        Dictionary<string, string> first = Status(EngineContainer.PrintOf(new ContainerSpec { Command = "cat", Arguments = ["/proc/self/status"] }));
        Assert.Equal((none, none), (first["CapInh"], first["CapAmb"]));
    }

    [SystemTheory] // CVE-2026-30892; without: UserName.Resolve
    [InlineData("7", "7:0")]
    [InlineData("7:2", "7:2")]
    [InlineData("1", "1:1")]
    public void T13_A_number_is_that_user(string user, string ids)
    {
        using var container = new EngineContainer(new ContainerSpec());
        Assert.Equal([ids], Pscontainer.Run("exec", "--user", user, container.Container.Id, "sh", "-c", "echo $(id -u):$(id -g)").Lines);
        Assert.Equal([ids], EngineContainer.Print("echo $(id -u):$(id -g)", new ContainerSpec { User = user }));
    }

    [SystemTheory] // CVE-2024-40635; without: the bound in UserName.Number
    [InlineData("2147483648")]
    [InlineData("4294967296")]
    [InlineData("0:4294967296")]
    [InlineData("-1")]
    [InlineData("0x0")]
    [InlineData("1:2:3")]
    [InlineData("+1")]
    [InlineData("")]
    public void T14_A_number_that_is_none_is_an_error_and_leaves_nothing(string user)
    {
        int before = Machine.Engine.Store.All().Count;
        string id = Assert.Throws<EngineException>(() => new EngineContainer(new ContainerSpec { User = user })).Id;
        Assert.Contains(id, (string[])["UserInvalid", "UserNotFound"]);
        Assert.Equal(before, Machine.Engine.Store.All().Count);
    }

    [SystemFact] // CVE-2023-25173, CVE-2022-36109; without: setgroups in CredentialSteps.Drop, and the first group in UserName.Resolve
    public void T15_Groups_are_exactly_the_images_and_the_primary_one_is_among_them()
    {
        const string script = "grep Groups: /proc/self/status | cut -f 2; id -G";
        string[] Sorted(string[] lines) => [.. lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order()))];
        Assert.Equal(["1000 50", "1000 50"], Sorted(EngineContainer.Print(script, new ContainerSpec { User = "ann" })));
        Assert.Equal(["0", "0"], Sorted(EngineContainer.Print(script)));
        Assert.Equal(["50", "50"], Sorted(EngineContainer.Print(script, new ContainerSpec { User = "ann:staff" })));
        using var container = new EngineContainer(new ContainerSpec());
        Assert.Equal(["1000 50", "1000 50"], Sorted(Pscontainer.Run("exec", "--user", "ann", container.Container.Id, "sh", "-c", script).Lines));
    }

    [SystemFact] // CVE-2022-0492; without: the default filter and CAP_SYS_ADMIN, which it does not have; CVE-2023-25809; without: "ro" of /sys/fs/cgroup in DefaultProfile.Mounts
    public void T16_T17_Cgroups_can_be_neither_written_nor_mounted()
    {
        string[] lines = EngineContainer.Print("""
            for f in $(find /sys/fs/cgroup -name release_agent -o -name cgroup.procs -o -name tasks -o -name notify_on_release -o -name memory.max 2>/dev/null); do ( echo 0 >>$f ) 2>/dev/null && echo "written $f"; done
            mkdir /tmp/c
            for t in "-t cgroup -o memory" "-t cgroup -o rdma" "-t cgroup -o none,name=x" "-t cgroup2"; do mount $t cgroup /tmp/c 2>/dev/null && echo "mounted $t"; done
            for o in -Ur -UrC -Urm -m -C; do unshare $o true 2>/dev/null && echo "unshared $o"; done
            echo end
            """);
        Assert.Equal(["end"], lines);
    }

    [SystemTheory] // CVE-2022-0811; without: SysctlSteps.Check
    [InlineData("net.ipv4.ip_forward", "1+kernel.core_pattern=/x")]
    [InlineData("net.ipv4.ip_forward", "1\nkernel.core_pattern=/x")]
    [InlineData("net.ipv4.ip_forward+kernel.core_pattern", "x")]
    [InlineData("net/../kernel/core_pattern", "x")]
    [InlineData("kernel.core_pattern", "x")]
    public void T18_No_setting_of_the_machine_is_smuggled_in(string name, string value)
    {
        string before = File.ReadAllText("/proc/sys/kernel/core_pattern");
        var security = new SecuritySpec { Sysctls = new Dictionary<string, string> { [name] = value } };
        Assert.Equal("SysctlInvalid", Assert.Throws<EngineException>(() => new EngineContainer(new ContainerSpec { Security = security })).Id);
        using var bundle = new Bundle("true");
        bundle.Linux["sysctl"] = new JsonObject { [name] = value };
        bundle.RunFails("SysctlInvalid");
        Assert.Equal(before, File.ReadAllText("/proc/sys/kernel/core_pattern"));
    }

    [SystemFact] // CVE-2026-57231; without: ImageDefaults.Environment, and the empty environment that CommandProcess starts with
    public void T30_A_malformed_variable_brings_nothing_of_the_hosts()
    {
        using var bundle = new Bundle("env");
        bundle.Process["env"] = new JsonArray("PATH=/bin", "HOME", "AWS*", "=x", "SECRET_OF_HOST");
        bundle.Write();
        Outcome outcome = Outcome.Of(Machine.Executable, bundle.Line("run"), null, new Dictionary<string, string> { ["SECRET_OF_HOST"] = "told", ["AWS_KEY"] = "told", ["HOME"] = "/told" });
        Assert.Equal(0, outcome.Code);
        Assert.DoesNotContain("told", outcome.Output);
    }
}
