using System.Text;
using PSContainer.Engine.Spec;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Spec;

public class RuntimeSpecReaderTests
{
    [Fact]
    public void What_runc_spec_writes_is_understood()
    {
        RuntimeSpec spec = ConfigSamples.Read(ConfigSamples.Runc());
        Assert.Equal(("1.0.2-dev", "runc", new RootSpec("rootfs", true)), (spec.OciVersion, spec.Hostname, spec.Root));
        ProcessSpec process = spec.Process!;
        Assert.True(process.Terminal && process.NoNewPrivileges);
        Assert.Equal(["sh"], process.Args);
        Assert.Equal(2, process.Env.Count);
        Assert.Equal(("/", 0u, 0u, null), (process.Cwd, process.User.Uid, process.User.Gid, process.User.Umask));
        Assert.Equal(["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"], process.Capabilities.Bounding);
        Assert.Empty(process.Capabilities.Inheritable);
        Assert.Equal([new RlimitSpec("RLIMIT_NOFILE", 1024, 1024)], process.Rlimits);
        Assert.Equal(["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup"], spec.Mounts.Select(m => m.Destination));
        Assert.Equal(["nosuid", "noexec", "nodev", "relatime", "ro"], spec.Mounts[^1].Options);
        Assert.Empty(spec.Mounts[0].Options);
        Assert.Equal(["pid", "network", "ipc", "uts", "mount"], spec.Linux.Namespaces.Select(n => n.Type));
        Assert.Equal((10, 5), (spec.Linux.MaskedPaths.Count, spec.Linux.ReadonlyPaths.Count));
        Assert.Equal([new DeviceRuleSpec(false, 'a', null, null, "rwm")], spec.Linux.Resources.Devices);
    }

    [Fact]
    public void Resources_are_read_by_controller()
    {
        ResourceSpec resources = ConfigSamples.Read(ConfigSamples.Least(members: """
            ,"linux":{"cgroupsPath":"/a/b","rootfsPropagation":"rslave","sysctl":{"net.x":"1"},
            "devices":[{"path":"/dev/x","type":"b","major":8,"minor":1,"fileMode":384,"uid":1,"gid":2},{"path":"/dev/f","type":"p"}],
            "resources":{"memory":{"limit":1,"reservation":2,"swap":-1},"cpu":{"shares":3,"quota":-1,"period":5,"cpus":"0-1","mems":"0"},"pids":{"limit":6},
            "blockIO":{"weight":7,"throttleReadBpsDevice":[{"major":8,"minor":0,"rate":10}],"throttleWriteIOPSDevice":[{"major":8,"minor":0,"rate":11},{"major":9,"minor":0,"rate":12}]},
            "devices":[{"allow":true,"type":"c","major":1,"minor":-1,"access":"r"}],"unified":{"memory.high":"9"}}}
            """)).Linux.Resources;
        Assert.Equal((1L, 2L, -1L), (resources.MemoryLimit, resources.MemoryReservation, resources.MemorySwap));
        Assert.Equal((3ul, -1L, 5ul, "0-1", "0"), (resources.CpuShares, resources.CpuQuota, resources.CpuPeriod, resources.CpusetCpus, resources.CpusetMems));
        Assert.Equal((6L, (ushort)7, "9"), (resources.PidsLimit, resources.BlockIOWeight!.Value, resources.Unified["memory.high"]));
        Assert.Equal([new ThrottleSpec(8, 0) { ReadBps = 10, WriteIops = 11 }, new ThrottleSpec(9, 0) { WriteIops = 12 }], resources.Throttles);
        Assert.Equal([new DeviceRuleSpec(true, 'c', 1, null, "r")], resources.Devices);
    }

    [Fact]
    public void Absent_and_null_are_the_same_and_what_is_unknown_is_passed_over()
    {
        RuntimeSpec spec = ConfigSamples.Read(ConfigSamples.Least("\"args\":[\"x\"],\"user\":null,\"rlimits\":null,\"capabilities\":null,\"future\":{\"a\":[1]}",
            ",\"mounts\":null,\"linux\":null,\"annotations\":null,\"hostname\":null,\"hooks\":{\"prestart\":[],\"poststop\":null},\"windows\":{}"));
        Assert.Equal((null, "/", 0), (spec.Hostname, spec.Process!.Cwd, spec.Mounts.Count));
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over_and_of_two_members_the_last_counts()
    {
        byte[] json = Encoding.UTF8.GetBytes(ConfigSamples.Least("\"args\":[\"first\"],\"args\":[\"second\"]"));
        Assert.Equal(["second"], RuntimeSpecReader.Read((byte[])[0xEF, 0xBB, 0xBF, .. json], "x").Process!.Args);
    }

    [Theory]
    [InlineData("hooks", "{\"prestart\":[{\"path\":\"/x\"}]}")]
    [InlineData("hooks", "{\"poststop\":[{\"path\":\"/x\"}]}")]
    [InlineData("hooks", "{\"startContainer\":[{}]}")]
    public void What_is_not_offered_is_refused(string member, string value)
        => Fails.With("ConfigNotSupported", () => ConfigSamples.Read(ConfigSamples.Least(members: $",\"{member}\":{value}")));

    [Theory]
    [InlineData("apparmorProfile")]
    [InlineData("selinuxLabel")]
    public void A_security_label_is_refused_and_an_empty_one_is_none(string label)
    {
        Fails.With("ConfigNotSupported", () => ConfigSamples.Read(ConfigSamples.Least($"\"args\":[\"x\"],\"{label}\":\"y\"")));
        Assert.NotNull(ConfigSamples.Read(ConfigSamples.Least($"\"args\":[\"x\"],\"{label}\":\"\"")));
    }
}
