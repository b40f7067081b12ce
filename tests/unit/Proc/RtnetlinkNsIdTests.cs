using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Proc;

public class RtnetlinkNsIdTests
{
    // An answer as the kernel sends it: header (length 28, RTM_NEWNSID), rtgenmsg, NETNSA_NSID.
    private static byte[] Answer(ushort type, ushort attribute, int value) =>
    [
        28, 0, 0, 0, .. BitConverter.GetBytes(type), 0, 0, 0, 0, 0, 0, 210, 4, 0, 0,
        0, 0, 0, 0,
        8, 0, .. BitConverter.GetBytes(attribute), .. BitConverter.GetBytes(value),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(RtnetlinkNsId.Unassigned)]
    public void The_number_is_found(int number) => Assert.Equal(number, RtnetlinkNsId.Parse(Answer(88, 1, number)));

    [Fact]
    public void An_error_is_no_number() => Assert.Null(RtnetlinkNsId.Parse(Answer(2, 1, 7)));

    [Fact]
    public void Another_attribute_is_no_number() => Assert.Null(RtnetlinkNsId.Parse(Answer(88, 5, 7)));

    [Fact]
    public void A_cut_answer_is_no_number()
    {
        var answer = Answer(88, 1, 7);
        for (var length = 0; length < answer.Length; length++)
            Assert.Null(RtnetlinkNsId.Parse(answer.AsSpan(0, length)));
    }

    [Fact]
    public void The_kernel_tells_of_this_process_s_own()
    {
        using var proc = ProcDirectory.Open();
        using var rtnetlink = RtnetlinkNsId.TryOpen();
        using var own = proc.OpenTarget(Environment.ProcessId, "ns/net"u8);
        // Where no sandbox forbids netlink, its answer is a number or "unassigned".
        if (rtnetlink is not null)
            Assert.True(rtnetlink.Read(own.Descriptor) >= RtnetlinkNsId.Unassigned);
    }
}
