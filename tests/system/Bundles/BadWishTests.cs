using System.Text.Json.Nodes;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Bundles;

/// <summary>Well-formed configurations that ask for what can't be: each an error with an id, and nothing left.</summary>
public class BadWishTests
{
    [SystemTheory]
    [InlineData("../../x")]
    [InlineData("/a/../../x")]
    [InlineData("/")]
    public void A_cgroup_path_that_leads_out_is_refused(string path)
    {
        using var bundle = new Bundle("true");
        bundle.Linux["cgroupsPath"] = path;
        bundle.RunFails("CgroupPathInvalid");
    }

    [SystemFact]
    public void A_cgroup_that_is_another_containers_is_refused_and_left_alone()
    {
        using Bundle first = new("sleep", "1000"), second = new("true");
        first.Start();
        second.Linux["cgroupsPath"] = first.Cgroup.Path;
        Pscontainer.Fails("CgroupNotEmpty", second.Write().Line("run"));
        Assert.False(Directory.Exists(second.RunFolder));
        Assert.Equal("running", first.Status);
        Assert.True(first.Cgroup.Exists);
    }

    [SystemFact]
    public void Limits_and_rights_that_nobody_knows_are_refused()
    {
        using var rlimit = new Bundle("true");
        rlimit.Process["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NONE", ["soft"] = 1, ["hard"] = 1 });
        rlimit.RunFails("RlimitInvalid");
        using var capability = new Bundle("true");
        capability.Process["capabilities"] = new JsonObject { ["bounding"] = new JsonArray("CAP_NONE") };
        capability.RunFails("CapabilityUnknown");
        using var type = new Bundle("true");
        type.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "galaxy" });
        type.RunFails("NamespaceInvalid");
        using var twice = new Bundle("true");
        twice.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "pid" });
        twice.RunFails("NamespaceInvalid");
    }

    [SystemFact]
    public void A_namespace_to_join_has_to_be_one_of_its_type()
    {
        foreach ((string path, string id) in ((string, string)[])[
            ("/etc/passwd", "NamespaceInvalid"), ("/proc/self/ns/uts", "NamespaceInvalid"), ("/proc/4194305/ns/net", "NamespaceInvalid"), (Machine.Folder + "/absent", "NamespaceInvalid")])
        {
            using var bundle = new Bundle("true");
            Namespace(bundle, "network")["path"] = path;
            bundle.RunFails(id);
        }
    }

    [SystemFact]
    public void A_namespace_of_another_container_is_shared()
    {
        using Bundle first = new("sleep", "1000"), second = Bundle.Shell("readlink /proc/self/ns/net; readlink /proc/self/ns/uts");
        first.Start();
        Namespace(second, "network")["path"] = $"/proc/{first.Pid}/ns/net";
        Outcome outcome = second.Run();
        Assert.Equal(File.ResolveLinkTarget($"/proc/{first.Pid}/ns/net", false)!.Name, outcome.Lines[0]);
        Assert.NotEqual(File.ResolveLinkTarget($"/proc/{first.Pid}/ns/uts", false)!.Name, outcome.Lines[1]);
    }

    [SystemTheory]
    [InlineData("kernel.core_pattern", "x")]
    [InlineData("kernel.panic", "1")]
    [InlineData("vm.swappiness", "1")]
    [InlineData("net/../kernel.core_pattern", "x")]
    [InlineData("net.ipv4.ip_forward+kernel.core_pattern", "x")]
    [InlineData("kernel.shm_rmid_forced", "1+kernel.core_pattern=|/evil #")] // CVE-2022-0811
    [InlineData("net.ipv4.ip_forward", "1\nx")]
    public void Settings_of_the_whole_machine_are_refused(string name, string value)
    {
        using var bundle = new Bundle("true");
        bundle.Linux["sysctl"] = new JsonObject { [name] = value };
        bundle.RunFails("SysctlInvalid");
    }

    [SystemFact]
    public void Settings_of_a_shared_namespace_are_refused_and_of_ones_own_are_set()
    {
        using var shared = new Bundle("true");
        shared.Linux["namespaces"]!.AsArray().Remove(Namespace(shared, "network"));
        shared.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_forward"] = "1" };
        shared.RunFails("SysctlInvalid");

        using var own = new Bundle("cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/shm_rmid_forced");
        own.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_forward"] = "1", ["kernel.shm_rmid_forced"] = "1" };
        Assert.Equal("1\n1\n", own.Run().Output);
    }

    [SystemFact]
    public void A_host_name_needs_a_uts_namespace()
    {
        using var bundle = new Bundle("true");
        bundle.Linux["namespaces"]!.AsArray().Remove(Namespace(bundle, "uts"));
        bundle.RunFails("HostnameShared");
    }

    [SystemFact]
    public void What_is_not_offered_yet_is_refused_rather_than_passed_over()
    {
        using var hooks = new Bundle("true");
        hooks.Config["hooks"] = new JsonObject { ["poststop"] = new JsonArray(new JsonObject { ["path"] = "/bin/true" }) };
        hooks.RunFails("ConfigNotSupported");
        using var terminal = new Bundle("true");
        terminal.Process["terminal"] = true;
        terminal.CreateFails("ConsoleSocketMissing");
    }

    [SystemFact]
    public void Roots_and_mounts_have_to_be_there()
    {
        using var root = new Bundle("true");
        root.Config["root"]!["path"] = "absent";
        root.RunFails("MountSourceMissing");
        using var file = new Bundle("true");
        file.Config["root"]!["path"] = "config.json";
        Assert.NotEqual(0, file.Run().Code);
        file.AssertGone();
        using var source = new Bundle("true");
        source.Mount("/data", "bind", Machine.Folder + "/absent", "bind").RunFails("MountSourceMissing");
        using var onFile = new Bundle("true");
        onFile.Mount("/etc/passwd/x", "tmpfs", "tmpfs").RunFails("PathNotDirectory");
        using var onRoot = new Bundle("true");
        onRoot.Mount("/", "tmpfs", "tmpfs").RunFails("MountTargetInvalid");
        using var type = new Bundle("true");
        type.Mount("/data", "nofs", "none").RunFails("KernelFeatureMissing");
    }

    private static JsonObject Namespace(Bundle bundle, string type)
        => bundle.Linux["namespaces"]!.AsArray().Single(n => (string?)n!["type"] == type)!.AsObject();
}
