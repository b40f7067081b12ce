using System.Text;
using PSContainer.Engine.Seccomp;
using PSContainer.Kernel.Seccomp;
using PSContainer.Tests.Unit.Cgroups;
using PSContainer.Tests.Unit.Constants;

namespace PSContainer.Tests.Unit.Seccomp;

/// <summary>linux.seccomp: what is understood, and what is refused.</summary>
public class SeccompReaderTests
{
    private static SeccompProfile Read(string json) => SeccompReader.Read(Encoding.UTF8.GetBytes(json));

    private static string Rules(string rules, string more = "") => $"{{\"defaultAction\":\"SCMP_ACT_ERRNO\"{more},\"syscalls\":[{rules}]}}";

    [Theory]
    [InlineData("", SeccompFlag.SpecAllow)]
    [InlineData(",\"flags\":null", SeccompFlag.SpecAllow)]
    [InlineData(",\"flags\":[]", 0u)]
    [InlineData(",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\",\"SECCOMP_FILTER_FLAG_TSYNC\"]", SeccompFlag.Log | SeccompFlag.Tsync)]
    [InlineData(",\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]", SeccompFlag.SpecAllow)]
    public void Flags_that_are_not_given_are_runcs_and_none_are_none(string flags, uint expected) => Assert.Equal(expected, Read(Rules("", flags)).Flags);

    [Fact]
    public void A_listener_has_its_flags_and_what_it_is_told()
    {
        const string ask = "{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_NOTIFY\"}";
        SeccompProfile profile = Read(Rules(ask, ",\"flags\":[\"SECCOMP_FILTER_FLAG_TSYNC\",\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"],\"listenerPath\":\"/run/a\",\"listenerMetadata\":\"m\""));
        Assert.Equal(SeccompFlag.Tsync | SeccompFlag.TsyncEsrch | SeccompFlag.NewListener | SeccompFlag.WaitKillableRecv, profile.Flags);
        Assert.Equal(new SeccompListener("/run/a", "m"), profile.Listener);
        Assert.Null(Read(Rules("", ",\"listenerPath\":\"/run/a\",\"listenerMetadata\":\"m\"")).Listener);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"defaultAction\":7}")]
    [InlineData("{\"defaultAction\":\"ALLOW\"}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_NOTIFY\",\"listenerPath\":\"/x\"}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultErrnoRet\":1}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":4096}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"X86\"]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_Z80\"]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[null]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":7}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"LOG\"]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"SECCOMP_FILTER_FLAG_NEW_LISTENER\"]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"listenerMetadata\":\"x\"}")]
    [InlineData("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":{}}")]
    public void The_whole_is_refused(string json) => Fails.With("SeccompInvalid", () => Read(json));

    [Theory]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("{\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}")]
    [InlineData("{\"names\":\"read\",\"action\":\"SCMP_ACT_ALLOW\"}")]
    [InlineData("{\"names\":[null],\"action\":\"SCMP_ACT_ALLOW\"}")]
    [InlineData("{\"names\":[\"read\"]}")]
    [InlineData("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"errnoRet\":1}")]
    [InlineData("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{}]}")]
    [InlineData("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}")]
    [InlineData("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":-1,\"op\":\"SCMP_CMP_EQ\"}]}")]
    [InlineData("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"EQ\"}]}")]
    [InlineData("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_NOTIFY\"}")]
    [InlineData("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\"}")]
    [InlineData("{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_KILL\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}")]
    public void A_rule_is_refused(string rules) => Fails.With("SeccompInvalid", () => Read(Rules(rules)));

    [Fact]
    public void The_writer_of_a_filter_can_t_be_asked_about_its_write()
        => Fails.With("SeccompInvalid", () => Read(Rules("{\"names\":[\"write\"],\"action\":\"SCMP_ACT_NOTIFY\"}", ",\"listenerPath\":\"/x\"")));

    [Fact]
    public void Ten_megabytes_are_refused_before_they_are_looked_at()
        => Fails.With("SeccompInvalid", () => SeccompReader.Read(new byte[10 << 20]));

    [Fact]
    public void The_same_said_twice_is_no_contradiction()
        => Assert.Equal(3, Read(Rules("{\"names\":[\"read\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}")).Rules.Count);

    [HeaderFact("seccomp.h")]
    public void Numbers_are_libseccomps_and_the_kernels()
        => Headers.Agree(["seccomp.h", "linux/seccomp.h"],
        [
            ("SCMP_ACT_KILL_THREAD + 0", SeccompAction.KillThread), ("SCMP_ACT_KILL_PROCESS + 0", SeccompAction.KillProcess), ("SCMP_ACT_TRAP + 0", SeccompAction.Trap), ("SCMP_ACT_ERRNO(0) + 0", SeccompAction.Errno),
            ("SCMP_ACT_NOTIFY + 0", SeccompAction.Notify), ("SCMP_ACT_TRACE(0) + 0", SeccompAction.Trace), ("SCMP_ACT_LOG + 0", SeccompAction.Log), ("SCMP_ACT_ALLOW + 0", SeccompAction.Allow),
            ("SCMP_ARCH_X86 + 0", SeccompArchitecture.X86), ("SCMP_ARCH_X86_64 + 0", SeccompArchitecture.X64), ("SCMP_ARCH_X32 + 0", SeccompArchitecture.X32),
            ("SCMP_ARCH_ARM + 0", SeccompArchitecture.Arm), ("SCMP_ARCH_AARCH64 + 0", SeccompArchitecture.Arm64), ("SCMP_FLTATR_CTL_OPTIMIZE + 0", 8),
            ("SCMP_CMP_NE + 0", 1), ("SCMP_CMP_LT + 0", 2), ("SCMP_CMP_LE + 0", 3), ("SCMP_CMP_EQ + 0", 4), ("SCMP_CMP_GE + 0", 5), ("SCMP_CMP_GT + 0", 6), ("SCMP_CMP_MASKED_EQ + 0", 7),
            ("sizeof(struct scmp_arg_cmp)", 24), ("offsetof(struct scmp_arg_cmp, op)", 4), ("offsetof(struct scmp_arg_cmp, datum_a)", 8),
            ("SECCOMP_SET_MODE_FILTER + 0", SeccompFlag.SetModeFilter), ("SECCOMP_FILTER_FLAG_TSYNC + 0", SeccompFlag.Tsync), ("SECCOMP_FILTER_FLAG_LOG + 0", SeccompFlag.Log),
            ("SECCOMP_FILTER_FLAG_SPEC_ALLOW + 0", SeccompFlag.SpecAllow), ("SECCOMP_FILTER_FLAG_NEW_LISTENER + 0", SeccompFlag.NewListener),
            ("SECCOMP_FILTER_FLAG_TSYNC_ESRCH + 0", SeccompFlag.TsyncEsrch), ("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SeccompFlag.WaitKillableRecv),
        ]);
}
