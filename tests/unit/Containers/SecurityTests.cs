using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Containers.Users;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Containers;

/// <summary>What is asked of the wall, as a configuration; and what is refused.</summary>
public class SecurityTests
{
    private static RuntimeSpec Translate(SecuritySpec security, string network = "Bridge", string? user = null)
        => SpecTranslation.ToRuntimeSpec(new ContainerSpec { Security = security.Validate(), User = user, Network = new() { Network = network } }, "0123456789abcdef", path => path == "/etc/group" ? "video:x:44:\nwheel:x:10:ann\n" : path == "/etc/passwd" ? "ann:x:1000:50::/:/bin/sh\n" : null);

    private static IReadOnlyList<string> Bounding(string[] add, string[] drop) => Translate(new SecuritySpec { CapAdd = add, CapDrop = drop }).Process!.Capabilities.Bounding;

    private static SecurityOptions Options(params string[] options) => SecurityOptions.Parse(options, path => Path.GetFullPath(path, "/nowhere"));

    [Fact]
    public void Capabilities_are_added_and_dropped_by_any_of_their_names()
    {
        Assert.Equal(DefaultProfile.Capabilities, Bounding([], []));
        Assert.Equal([.. DefaultProfile.Capabilities, "CAP_NET_ADMIN"], Bounding(["net_admin", "CAP_NET_ADMIN"], []));
        Assert.Equal(DefaultProfile.Capabilities.Except(["CAP_CHOWN", "CAP_KILL"]), Bounding([], ["CAP_CHOWN", "Kill"]));
        Assert.Empty(Bounding([], ["all"]));
        Assert.Equal(["CAP_CHOWN"], Bounding(["CHOWN"], ["ALL"]));
        CapabilitySpec sets = Translate(new SecuritySpec { CapAdd = ["SYS_PTRACE"] }).Process!.Capabilities;
        Assert.Contains("CAP_SYS_PTRACE", sets.Effective);
        Assert.Equal(sets.Effective, sets.Permitted);
        Assert.Empty(sets.Inheritable);
        Assert.Empty(sets.Ambient);
        Assert.Empty(Translate(new SecuritySpec { CapAdd = ["SYS_PTRACE"] }, user: "ann").Process!.Capabilities.Effective);
    }

    [Theory]
    [InlineData("CapabilityUnknown", "SYS_GOD", null)]
    [InlineData("CapabilityUnknown", null, "0")]
    [InlineData("CapabilityUnknown", "", null)]
    [InlineData("CapabilityUnknown", "CAP_CAP_KILL", null)]
    [InlineData("CapabilityContradiction", "KILL", "CAP_KILL")]
    [InlineData("CapabilityContradiction", "ALL", "all")]
    public void Capabilities_that_are_none_are_refused(string id, string? add, string? drop)
        => Fails.With(id, () => new SecuritySpec { CapAdd = add is null ? [] : [add], CapDrop = drop is null ? [] : [drop] }.Validate());

    [Fact]
    public void Privileged_is_no_wall_at_all()
    {
        RuntimeSpec spec = Translate(new SecuritySpec { Privileged = true });
        Assert.Null(spec.Linux.Seccomp);
        Assert.Empty(spec.Linux.MaskedPaths);
        Assert.Empty(spec.Linux.ReadonlyPaths);
        Assert.False(spec.Process!.NoNewPrivileges);
        Assert.All(spec.Mounts, mount => Assert.DoesNotContain("ro", mount.Options));
        Assert.Equal(new DeviceRuleSpec(true, 'a', null, null, "rwm"), spec.Linux.Resources.Devices[^1]);
        Assert.Contains(spec.Linux.Devices, device => device is { Path: "/dev/null", Type: 'c', Major: 1, Minor: 3 });
        Assert.DoesNotContain(spec.Linux.Devices, device => device.Path.StartsWith("/dev/pts/", StringComparison.Ordinal) || device.Path == "/dev/console");
        Assert.NotNull(Translate(new SecuritySpec()).Linux.Seccomp);
    }

    [Fact]
    public void What_contradicts_privileged_is_refused()
    {
        var privileged = new SecuritySpec { Privileged = true };
        Fails.With("PrivilegedContradiction", () => (privileged with { CapDrop = ["KILL"] }).Validate());
        Fails.With("PrivilegedContradiction", () => (privileged with { Options = Options("mask=/x") }).Validate());
        Fails.With("PrivilegedContradiction", () => (privileged with { Options = Options("no-new-privileges") }).Validate());
        Fails.With("PrivilegedContradiction", () => (privileged with { Options = new SecurityOptions { Seccomp = new(SeccompKind.File, "/f", "{}"u8.ToArray()) } }).Validate());
        (privileged with { Options = Options("seccomp=unconfined", "no-new-privileges=false", "unmask=ALL", "apparmor=unconfined", "label=disable"), CapAdd = ["ALL"] }).Validate();
    }

    [Fact]
    public void Masks_are_added_and_taken_away()
    {
        LinuxSpec linux = Translate(new SecuritySpec { Options = Options("mask=/srv/a:/srv/b", "unmask=/proc/kcore", "unmask=/proc/s*") }).Linux;
        Assert.Equal(["/srv/a", "/srv/b"], linux.MaskedPaths.TakeLast(2));
        Assert.Equal(DefaultProfile.MaskedPaths.Except(["/proc/kcore", "/proc/sched_debug", "/proc/scsi"]), linux.MaskedPaths.Intersect(DefaultProfile.MaskedPaths));
        Assert.Equal(["/proc/bus", "/proc/fs", "/proc/irq"], linux.ReadonlyPaths);
        linux = Translate(new SecuritySpec { Options = Options("unmask=all") }).Linux;
        Assert.Empty(linux.MaskedPaths);
        Assert.Empty(linux.ReadonlyPaths);
    }

    [Theory]
    [InlineData("")]
    [InlineData("seccomp")]
    [InlineData("seccomp=")]
    [InlineData("no-new-privileges=maybe")]
    [InlineData("mask=")]
    [InlineData("mask=relative")]
    [InlineData("mask=/a/../b")]
    [InlineData("mask=/")]
    [InlineData("unmask=")]
    [InlineData("apparmor=")]
    [InlineData("label=")]
    [InlineData("selinux=x")]
    public void An_option_that_is_none_is_refused(string option) => Fails.With("SecurityOptionInvalid", () => Options(option));

    [Fact]
    public void A_profile_is_read_from_where_the_user_stands()
    {
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            File.WriteAllText(folder + "/profile.json", "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
            SecurityOptions options = SecurityOptions.Parse(["seccomp=profile.json"], path => Path.Combine(folder, path));
            Assert.Equal(folder + "/profile.json", options.Seccomp.ToString());
            Assert.NotNull(Translate(new SecuritySpec { Options = options }).Linux.Seccomp);
            Fails.With("SeccompFileNotFound", () => SecurityOptions.Parse(["seccomp=absent"], path => Path.Combine(folder, path)));
            Fails.With("SeccompFileNotFound", () => SecurityOptions.Parse(["seccomp=" + folder], path => path));
            File.WriteAllText(folder + "/profile.json", "not JSON");
            Fails.With("SeccompInvalid", () => Translate(new SecuritySpec { Options = SecurityOptions.Parse(["seccomp=profile.json"], path => Path.Combine(folder, path)) }));
            File.WriteAllBytes(folder + "/profile.json", new byte[10 << 20]);
            Fails.With("SeccompInvalid", () => SecurityOptions.Parse(["seccomp=profile.json"], path => Path.Combine(folder, path)));
            Assert.Null(Translate(new SecuritySpec { Options = Options("seccomp=unconfined") }).Linux.Seccomp);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_device_has_the_hosts_numbers_and_the_access_that_is_given()
    {
        RuntimeSpec spec = Translate(new SecuritySpec { Devices = ["/dev/zero:/dev/nothing:rw", "/dev/full:r"], DeviceRules = ["b 8:* m"] });
        Assert.Equal([("/dev/nothing", 'c', 1u, 5u), ("/dev/full", 'c', 1u, 7u)], spec.Linux.Devices.Select(device => (device.Path, device.Type, device.Major, device.Minor)));
        Assert.Equal([new(true, 'c', 1, 5, "rw"), new(true, 'c', 1, 7, "r"), new DeviceRuleSpec(true, 'b', 8, null, "m")], spec.Linux.Resources.Devices.TakeLast(3));
        Assert.Equal(["/dev/random", "/dev/urandom"], Translate(new SecuritySpec { Devices = ["/dev/*random"] }).Linux.Devices.Select(device => device.Path));
    }

    [Theory]
    [InlineData("DeviceNotFound", "/dev/absent")]
    [InlineData("DeviceNotFound", "/dev/absent*")]
    [InlineData("DeviceInvalid", "/dev/shm")]
    [InlineData("DeviceInvalid", "/dev/")]
    [InlineData("DeviceInvalid", "/dev/fd")]
    [InlineData("DeviceInvalid", "/etc/passwd")]
    [InlineData("DeviceInvalid", "/dev/../etc/passwd")]
    [InlineData("DeviceInvalid", "/dev/null:/etc/x")]
    [InlineData("DeviceInvalid", "/dev/null:x")]
    [InlineData("DeviceInvalid", "/dev/null:rr")]
    [InlineData("DeviceInvalid", "/dev/null:/dev/x:")]
    [InlineData("DeviceInvalid", "/dev/null:/dev/x:rwm:y")]
    [InlineData("DeviceInvalid", "/dev/*random:/dev/x:r")]
    [InlineData("DeviceInvalid", "")]
    public void A_device_that_is_none_is_refused(string id, string device) => Fails.With(id, () => Translate(new SecuritySpec { Devices = [device] }));

    [Theory]
    [InlineData("")]
    [InlineData("c 1:3")]
    [InlineData("d 1:3 rwm")]
    [InlineData("c 1:3 x")]
    [InlineData("c 1:3 ")]
    [InlineData("c -1:3 r")]
    [InlineData("c 1:3 r\n")]
    [InlineData("c 99999999:3 r")]
    public void A_rule_that_is_none_is_refused(string rule) => Fails.With("DeviceRuleInvalid", () => new SecuritySpec { DeviceRules = [rule] }.Validate());

    [Theory]
    [InlineData("net.ipv4.ip_forward", "1", "Bridge")]
    [InlineData("net.ipv4.ip_forward", "1", "None")]
    [InlineData("kernel.shmmax", "1000", "Host")]
    [InlineData("fs.mqueue.msg_max", "20", "Bridge")]
    [InlineData("net.ipv4.ip_unprivileged_port_start", "1024", "Bridge")]
    public void A_setting_of_its_own_namespaces_is_taken(string name, string value, string network)
        => Assert.Equal(value, Translate(new SecuritySpec { Sysctls = new Dictionary<string, string> { [name] = value } }, network).Linux.Sysctl[name]);

    [Theory]
    [InlineData("kernel.core_pattern", "x", "Bridge")]
    [InlineData("vm.swappiness", "1", "Bridge")]
    [InlineData("net.ipv4.ip_forward", "1", "Host")]
    [InlineData("net.ipv4.ip_forward", "1", "container:web")]
    [InlineData("net.ipv4/ip_forward", "1", "Bridge")]
    [InlineData("net.ipv4.ip+forward", "1", "Bridge")]
    [InlineData("net.ipv4.ip_forward", "1+kernel.core_pattern=x", "Bridge")]
    [InlineData("net.ipv4.ip_forward", "1\n2", "Bridge")]
    [InlineData("net..x", "1", "Bridge")]
    [InlineData("", "1", "Bridge")]
    public void A_setting_of_others_is_refused(string name, string value, string network)
        => Fails.With("SysctlInvalid", () => Translate(new SecuritySpec { Sysctls = new Dictionary<string, string> { [name] = value } }, network));

    [Theory]
    [InlineData("nofile=10:20", "RLIMIT_NOFILE", 10, 20)]
    [InlineData("core=0", "RLIMIT_CORE", 0, 0)]
    [InlineData("memlock=unlimited", "RLIMIT_MEMLOCK", ulong.MaxValue, ulong.MaxValue)]
    [InlineData("stack=5:-1", "RLIMIT_STACK", 5, ulong.MaxValue)]
    public void A_limit_has_two_values(string text, string type, ulong soft, ulong hard) => Assert.Equal(new RlimitSpec(type, soft, hard), Assert.Single(Translate(new SecuritySpec { Ulimits = [text] }).Process!.Rlimits));

    [Theory]
    [InlineData("")]
    [InlineData("nofile")]
    [InlineData("nofile=")]
    [InlineData("nofile=x")]
    [InlineData("nofile=20:10")]
    [InlineData("nofile=1:2:3")]
    [InlineData("NOFILE=1")]
    [InlineData("files=1")]
    [InlineData("nofile=-2")]
    public void A_limit_that_is_none_is_refused(string text) => Fails.With("UlimitInvalid", () => new SecuritySpec { Ulimits = [text] }.Validate());

    [Fact]
    public void Groups_stand_beside_the_primary_one()
    {
        Assert.Equal([0u], Translate(new SecuritySpec()).Process!.User.AdditionalGids);
        Assert.Equal([50u, 10u, 44u, 77u], Translate(new SecuritySpec { Groups = ["video", "77", "10"] }, user: "ann").Process!.User.AdditionalGids);
        Assert.Equal([44u], Translate(new SecuritySpec(), user: "ann:video").Process!.User.AdditionalGids);
        Fails.With("UserNotFound", () => Translate(new SecuritySpec { Groups = ["absent"] }));
        Fails.With("UserInvalid", () => Translate(new SecuritySpec { Groups = [""] }));
        Fails.With("UserInvalid", () => Translate(new SecuritySpec { Groups = ["4294967296"] }));
    }

    [Fact]
    public void What_is_open_is_kept_with_the_record_and_told_in_a_line()
    {
        Assert.Equal(("default", true), (new ContainerSecurity().ToString(), new ContainerSecurity().IsDefault));
        ContainerSecurity open = ContainerSecurity.Of(new SecuritySpec { CapAdd = ["SYS_ADMIN"], CapDrop = ["KILL"], Options = Options("seccomp=unconfined", "no-new-privileges=false", "unmask=/proc/kcore"), Devices = ["/dev/fuse"] }, UserNamespaceWish.Host);
        Assert.Equal("+SYS_ADMIN -KILL seccomp=unconfined no-new-privileges=false unmask=/proc/kcore /dev/fuse", open.ToString());
        Assert.False(open.IsDefault);
        Assert.Equal(("privileged", "unconfined"), (ContainerSecurity.Of(new SecuritySpec { Privileged = true }, UserNamespaceWish.Host).ToString(), ContainerSecurity.Of(new SecuritySpec { Privileged = true }, UserNamespaceWish.Host).Seccomp));
        Assert.True(ContainerSecurity.Of(new SecuritySpec { CapDrop = ["ALL"] }, UserNamespaceWish.Host).IsDefault);
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            var record = new ContainerRecord { Id = "x", Name = "n", Lowers = ["/"], Security = open };
            record.Write(folder);
            Assert.Equal(open.ToString(), ContainerRecord.Read(folder)!.Security.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Names_are_those_of_the_man_page()
    {
        Assert.Equal(Enum.GetValues<Capability>().Length + 1, CapabilityWish.Names.Count());
        Assert.Contains("SYS_ADMIN", CapabilityWish.Names);
    }
}
