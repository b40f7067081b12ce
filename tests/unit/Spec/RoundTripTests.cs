using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Spec;

namespace PSContainer.Tests.Unit.Spec;

/// <summary>What is written is read again as it was.</summary>
public class RoundTripTests
{
    private static RuntimeSpec Again(RuntimeSpec spec)
    {
        string folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
        try
        {
            RuntimeSpecWriter.WriteBundle(spec, folder);
            return RuntimeSpecReader.ReadBundle(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertSame(RuntimeSpec spec, RuntimeSpec again)
    {
        // Records compare lists by reference, hence as text.
        Assert.Equal(Text(spec), Text(again));
    }

    private static string Text(RuntimeSpec spec) => System.Text.Json.JsonSerializer.Serialize(spec, new System.Text.Json.JsonSerializerOptions { WriteIndented = true });

    [Fact]
    public void A_containers_wish_survives()
    {
        var spec = SpecTranslation.ToRuntimeSpec(new ContainerSpec
        {
            Command = "/bin/sh", Arguments = ["-c", "echo \"ü\n\""], Environment = new Dictionary<string, string> { ["A"] = "b=c" }, WorkingDirectory = "/w", User = "12:34", Hostname = "h",
            Limit = new ContainerLimit { Memory = 1 << 26, Cpus = 1.5, CpusetCpus = "0", PidsLimit = 9 }, Tmpfs = ["/t:size=1m"], ReadOnly = true, RootFs = "/nowhere",
        }, "0123456789abcdef", _ => null);
        AssertSame(spec, Again(spec));
    }

    [Fact]
    public void Runcs_own_survives()
    {
        RuntimeSpec spec = ConfigSamples.Read(ConfigSamples.Runc());
        AssertSame(spec, Again(spec));
    }

    [Fact]
    public void Everything_at_once_survives()
    {
        var spec = new RuntimeSpec
        {
            OciVersion = "1.1.0", Hostname = "h", Domainname = "d", Root = new RootSpec("r", true),
            Process = new ProcessSpec
            {
                Terminal = true, Args = ["a", ""], Env = ["X="], Cwd = "/c", NoNewPrivileges = true, OomScoreAdj = -7,
                User = new UserSpec(1, 2) { AdditionalGids = [3, 4], Umask = 63 }, Rlimits = [new("RLIMIT_CORE", 0, ulong.MaxValue)],
                Capabilities = new CapabilitySpec { Bounding = ["CAP_CHOWN"], Effective = ["CAP_CHOWN"], Permitted = ["CAP_CHOWN"], Inheritable = ["CAP_CHOWN"], Ambient = ["CAP_CHOWN"] },
            },
            Mounts = [new("/m", null, "/s") { Options = ["bind"] }, new("/t", "tmpfs", null), new("/i", null, "/s") { Options = ["bind", "idmap"], UidMappings = [new(0, 5, 6)], GidMappings = [new(1, 2, 3), new(9, 9, 9)] }],
            Annotations = new Dictionary<string, string> { ["a"] = "\u0001" },
            Linux = new LinuxSpec
            {
                Namespaces = [new("mount"), new("network", "/n")], Devices = [new("/dev/x", 'b', 8, 1, 384, 5, 6)], CgroupsPath = "/x", RootfsPropagation = "rslave",
                MaskedPaths = ["/a"], ReadonlyPaths = ["/b"], Sysctl = new Dictionary<string, string> { ["net.x"] = "1" },
                UidMappings = [new(0, 100000, 65536)], GidMappings = [new(0, 1, 2), new(7, 4294967290, 4)],
                TimeOffsets = new Dictionary<string, TimeOffset> { ["monotonic"] = new(-7, 999_999_999), ["boottime"] = new(1L << 40, 0) },
                Seccomp = new SeccompSpec("{\"defaultAction\":\"SCMP_ACT_ERRNO\", \"x\": [ 1e3 ]}"u8.ToArray()),
                Resources = new ResourceSpec
                {
                    Devices = [new(true, 'c', 1, null, "r")], MemoryLimit = 1, MemoryReservation = 2, MemorySwap = -1, CpuShares = 3, CpuQuota = 4, CpuPeriod = 5, CpusetCpus = "0", CpusetMems = "0",
                    PidsLimit = 6, BlockIOWeight = 7, Throttles = [new(8, 0) { ReadBps = 1, WriteBps = 2, ReadIops = 3, WriteIops = 4 }], Unified = new Dictionary<string, string> { ["memory.high"] = "1" },
                },
            },
        };
        AssertSame(spec, Again(spec));
    }
}
