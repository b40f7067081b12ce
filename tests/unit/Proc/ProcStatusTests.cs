using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Proc;

public class ProcStatusTests
{
    private const string Sample = "Name:\tWeb (1) : x\nUmask:\t0022\nState:\tS (sleeping)\nUid:\t100000\t100033\t100000\t100000\nNSpid:\t4204\t17\t1\nVmSize:\t  4000 kB\n"
        + "CapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\nCpus_allowed_list:\t0-3,8\n";

    [Fact]
    public void Every_field_is_read()
    {
        ProcStatus status = ProcStatus.Parse(Sample);
        Assert.Equal("Web (1) : x", status.Name);
        Assert.Equal('S', status.State);
        Assert.Equal(100033u, status.Uid);
        Assert.Equal([4204, 17, 1], status.Numbers);
        Assert.Equal((0ul, 0xa80425fbul), (status.Effective, status.Bounding));
        Assert.True(status.NoNewPrivileges);
        Assert.Equal((2, 3), (status.SeccompMode, status.SeccompFilters));
        Assert.Equal("0-3,8", status.CpusAllowed);
        Assert.False(status.IsKernelThread);
    }

    [Theory]
    [InlineData("Name:\tkthreadd\nState:\tS (sleeping)\n", true)]
    [InlineData("Name:\tkthreadd\nState:\tS (sleeping)\nKthread:\t1\n", true)]
    [InlineData("Name:\tgone\nState:\tZ (zombie)\n", false)]
    [InlineData("Name:\tsh\nState:\tR (running)\nKthread:\t0\nVmSize:\t4 kB\n", false)]
    public void A_kernel_thread_is_told_from_a_zombie(string text, bool expected) => Assert.Equal(expected, ProcStatus.Parse(text).IsKernelThread);

    [Fact]
    public void This_process_is_read_as_it_is()
    {
        using ProcDirectory proc = ProcDirectory.Open();
        ProcStatus status = ProcStatus.TryRead(proc, 0)!;
        Assert.Equal(Environment.ProcessId, status.Numbers[0]);
        Assert.Equal(Files.EffectiveUserId(), status.Uid);
        Assert.NotEqual("", status.CpusAllowed);
        Assert.Null(ProcStatus.TryRead(proc, int.MaxValue));
    }
}
