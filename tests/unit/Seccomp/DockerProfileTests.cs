using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Kernel.Seccomp;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Seccomp;

/// <summary>docker's profiles, and its default one.</summary>
public class DockerProfileTests
{
    private const uint Eperm = SeccompAction.Errno | 1, Enosys = SeccompAction.Errno | 38;
    private const uint Socket = 41, Clone = 56, Clone3 = 435, Bpf = 321, Ptrace = 101, Unshare = 272, Mount = 165, IoUringSetup = 425, Userfaultfd = 323, Keyctl = 250, Personality = 135, Reboot = 169, Chroot = 161;

    private static CompiledFilter Default(params string[] more) => FilterCompiler.Compile(SeccompReader.Read(DockerProfile.Default([.. DefaultProfile.Capabilities, .. more]).Json));

    private static SeccompProfile Read(string json, params string[] capabilities) => SeccompReader.Read(DockerProfile.Read(Encoding.UTF8.GetBytes(json), capabilities).Json);

    [CompilerFact]
    public void The_default_refuses_what_leads_out()
    {
        CompiledFilter filter = Default();
        foreach (uint call in (uint[])[Bpf, Unshare, Mount, IoUringSetup, Userfaultfd, Keyctl, Reboot]) Assert.Equal(Eperm, filter.Answer(FilterRun.X64, call));
        foreach (uint call in (uint[])[0, 1, 59, 257, Ptrace, Chroot]) Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, call));
        Assert.Equal(Enosys, filter.Answer(FilterRun.X64, Clone3));
        Assert.Equal(Enosys, filter.Answer(FilterRun.X64, 600));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, Clone, 0x11));
        foreach (ulong flag in (ulong[])[0x10000000, 0x20000000, 0x40000000, 0x02000000, 0x04000000, 0x08000000, 0x00020000]) Assert.Equal(Eperm, filter.Answer(FilterRun.X64, Clone, flag | 0x11));
        Assert.Equal(SeccompAction.Allow, filter.Answer(FilterRun.X64, Personality, 0x20008));
        Assert.Equal(Eperm, filter.Answer(FilterRun.X64, Personality, 0x40000));
        Assert.Equal(SeccompFlag.SpecAllow, filter.Flags);
    }

    [CompilerFact]
    public void Two_families_of_sockets_are_refused_by_the_bits_that_the_kernel_reads()
    {
        CompiledFilter filter = Default();
        for (ulong family = 0; family < 48; family++)
        {
            uint answer = family is 38 or 40 ? Eperm : SeccompAction.Allow;
            Assert.Equal(answer, filter.Answer(FilterRun.X64, Socket, family));
            Assert.Equal(answer, filter.Answer(FilterRun.X64, Socket, family | 0x1_0000_0000));
            Assert.Equal(answer, filter.Answer(FilterRun.X64, Socket, family | 0xFFFF_FFFF_0000_0000));
            Assert.Equal(answer, filter.Answer(FilterRun.X86, 359, family));
        }
    }

    [CompilerTheory]
    [InlineData("CAP_SYS_ADMIN", Unshare)]
    [InlineData("CAP_SYS_ADMIN", Clone3)]
    [InlineData("CAP_SYS_ADMIN", Mount)]
    [InlineData("CAP_BPF", Bpf)]
    [InlineData("CAP_SYS_BOOT", Reboot)]
    public void A_capability_opens_its_calls(string capability, uint call)
    {
        Assert.NotEqual(SeccompAction.Allow, Default().Answer(FilterRun.X64, call));
        Assert.Equal(SeccompAction.Allow, Default(capability).Answer(FilterRun.X64, call));
    }

    [Fact]
    public void What_lies_in_the_assembly_is_mobys_list_with_its_conditions()
    {
        foreach (Architecture architecture in (Architecture[])[Architecture.X64, Architecture.Arm64])
        {
            using Stream stream = typeof(DockerProfile).Assembly.GetManifestResourceStream("moby-default.json")!;
            using var list = JsonDocument.Parse(stream);
            Assert.Equal(33, list.RootElement.GetProperty("syscalls").GetArrayLength());
            Assert.Equal(361, list.RootElement.GetProperty("syscalls")[0].GetProperty("names").GetArrayLength());
            SeccompProfile profile = SeccompReader.Read(DockerProfile.Resolve(Encoding.UTF8.GetBytes(list.RootElement.GetRawText()), new ProfileSetting([], architecture, new Version(6, 1)), null).Json);
            Assert.Equal(architecture == Architecture.X64 ? [SeccompArchitecture.X64, SeccompArchitecture.X86, SeccompArchitecture.X32] : [SeccompArchitecture.Arm64, SeccompArchitecture.Arm], profile.Architectures);
            Assert.Equal(architecture == Architecture.X64, profile.Rules.Any(rule => rule.Names.Contains("arch_prctl")));
            Assert.Equal(architecture == Architecture.Arm64, profile.Rules.Any(rule => rule.Names.Contains("set_tls")));
            Assert.DoesNotContain(profile.Rules, rule => rule.Names.Contains("s390_runtime_instr") || rule.Names.Contains("chroot"));
        }
    }

    [Fact]
    public void Kernels_before_the_one_of_a_rule_do_not_have_it()
    {
        byte[] json = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"name\":\"a\",\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":\"4.8\"}},{\"names\":[\"b\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"minKernel\":\"4.8\"}}]}"u8.ToArray();
        string[] Names(int major, int minor) => [.. SeccompReader.Read(DockerProfile.Resolve(json, new ProfileSetting([], Architecture.X64, new Version(major, minor, 7)), null).Json).Rules.SelectMany(rule => rule.Names)];
        Assert.Equal(["b"], Names(4, 7));
        Assert.Equal(["a"], Names(4, 8));
        Assert.Equal(["a"], Names(5, 0));
    }

    [Fact]
    public void A_list_of_ones_own_may_be_dockers_or_ocis()
    {
        Assert.Equal([SeccompArchitecture.X32], Read("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X32\"],\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":7,\"args\":[{\"index\":1,\"value\":2,\"valueTwo\":0,\"op\":\"SCMP_CMP_EQ\"}]}]}").Architectures);
        Assert.Empty(Read("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_BPF\"]}}]}").Rules);
        Assert.Single(Read("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":[\"CAP_BPF\"]}}]}", "CAP_BPF").Rules);
    }

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X32\"],\"archMap\":[]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"name\":\"a\",\"names\":[\"b\"],\"action\":\"SCMP_ACT_KILL\"}]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"name\":\"a\",\"action\":\"SCMP_ACT_KILL\",\"includes\":{\"minKernel\":\"new\"}}]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":7}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"name\":\"a\",\"action\":\"SCMP_ACT_KILL\",\"includes\":7}]}")]
    public void A_list_that_is_none_is_refused(string json) => Fails.With("SeccompInvalid", () => Read(json));

    [Fact]
    public void Ten_megabytes_are_refused() => Fails.With("SeccompInvalid", () => DockerProfile.Read(new byte[10 << 20], []));
}
