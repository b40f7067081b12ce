using PSContainer.Kernel.Netlink;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Networks;

public class NetNamespaceNumberTests
{
    // The body of an answer as the kernel sends it: rtgenmsg, NETNSA_NSID.
    private static byte[] Answer(ushort attribute, int value) => [0, 0, 0, 0, 8, 0, .. BitConverter.GetBytes(attribute), .. BitConverter.GetBytes(value)];

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(NetNamespaceNumber.Unassigned)]
    public void The_number_is_found(int number) => Assert.Equal(number, NetNamespaceNumber.Parse(Answer(1, number)));

    [Fact]
    public void Another_attribute_is_no_number() => Assert.Null(NetNamespaceNumber.Parse(Answer(5, 7)));

    [Fact]
    public void A_cut_answer_is_no_number()
    {
        byte[] answer = Answer(1, 7);
        for (int length = 0; length < answer.Length; length++)
            Assert.Null(NetNamespaceNumber.Parse(answer.AsSpan(0, length)));
    }

    [Fact]
    public void The_kernel_tells_of_this_process_s_own()
    {
        using var proc = ProcDirectory.Open();
        using NetlinkSocket socket = NetlinkSocket.Open();
        using ProcEntry own = proc.OpenTarget(Environment.ProcessId, "ns/net"u8);
        Assert.True(NetNamespaceNumber.Read(socket, own.Descriptor) >= NetNamespaceNumber.Unassigned);
    }

    [Fact]
    public void An_error_is_no_number_and_the_socket_goes_on()
    {
        using var proc = ProcDirectory.Open();
        using NetlinkSocket socket = NetlinkSocket.Open();
        using ProcEntry own = proc.OpenTarget(Environment.ProcessId, "ns/net"u8), other = proc.OpenTarget(Environment.ProcessId, "ns/uts"u8);
        Assert.Null(NetNamespaceNumber.Read(socket, other.Descriptor));
        Assert.NotNull(NetNamespaceNumber.Read(socket, own.Descriptor));
    }
}
