using System.Text;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Proc;

public class ProcStatTests
{
    private const string Rest =
        " S 4187 4204 4187 34817 4204 4194304 103 0 0 0 1 2 0 0 20 0 1 0 98765 2711552 190 18446744073709551615 1 1 0 0 0 0 0 0 65536";

    [Theory]
    [InlineData("sleep")]
    [InlineData("Web Content")]
    [InlineData("a) R 1 (b")]
    [InlineData(")")]
    [InlineData("")]
    [InlineData("new\nline")]
    public void The_name_may_hold_anything(string comm)
    {
        Assert.True(ProcStat.TryParse(Encoding.UTF8.GetBytes($"4204 ({comm}){Rest}"), out var stat));
        Assert.Equal(new ProcStat(4204, comm, 'S', 4187, 98765), stat);
    }

    [Fact]
    public void The_fields_behind_the_start_time_are_not_needed()
        => Assert.True(ProcStat.TryParse("1 (init) S 0 0 0 0 -1 4194560 1 1 0 3 1 3 2 1 20 0 14 0 22"u8, out var stat) && stat.StartTime == 22);

    [Theory]
    [InlineData("")]
    [InlineData("4204")]
    [InlineData("4204 (sleep")]
    [InlineData("4204 (sleep)")]
    [InlineData("x (sleep) S 1 2 3")]
    [InlineData("4204 (sleep) S 1 2 3")]
    [InlineData(") 4204 ( S 1")]
    public void A_torn_line_is_refused(string line) => Assert.False(ProcStat.TryParse(Encoding.UTF8.GetBytes(line), out _));

    [Fact]
    public void This_process_is_read()
    {
        using var proc = ProcDirectory.Open();
        Assert.True(ProcStat.TryRead(proc, Environment.ProcessId, out var stat));
        Assert.Equal(Environment.ProcessId, stat.Pid);
        Assert.True(stat.StartTime > 0);
        Assert.Contains(stat.State, "RSD");
    }

    [Fact]
    public void A_process_that_never_was_is_not_read()
    {
        using var proc = ProcDirectory.Open();
        Assert.False(ProcStat.TryRead(proc, 0x7fffffff, out _));
    }
}
