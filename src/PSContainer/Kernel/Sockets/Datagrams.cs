using System.Runtime.InteropServices;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>Datagrams with their addresses at both ends: recvmsg(2), sendmsg(2).</summary>
public static unsafe class Datagrams
{
    /// <summary>Room for one struct in_pktinfo or in6_pktinfo with its header.</summary>
    public const int InformationSize = 40;

    /// <summary>The next datagram: its length, or -1 with the error in <see cref="Syscall.Last"/>.</summary>
    /// <param name="socket">With packet information switched on.</param>
    /// <param name="buffer">Takes its bytes.</param>
    /// <param name="sender">Who sent it.</param>
    /// <param name="information">Takes what an answer needs to come from the address that this was sent to.</param>
    /// <param name="informationLength">How much of that there is.</param>
    public static int TryReceive(int socket, Span<byte> buffer, out SocketName sender, Span<byte> information, out int informationLength)
    {
        sender = default;
        int count;
        fixed (byte* start = buffer, name = sender.Bytes, control = information)
        {
            var vector = new iovec { iov_base = start, iov_len = buffer.Length };
            var message = new msghdr { msg_name = name, msg_namelen = SocketName.Longest, msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = information.Length };
            count = (int)LibC.recvmsg(socket, &message, 0);
            informationLength = count < 0 ? 0 : (int)message.msg_controllen;
        }
        ForgetInterface(information[..informationLength]);
        return count;
    }

    /// <summary>Sends a datagram from the address that the information names; false with the error in <see cref="Syscall.Last"/>.</summary>
    public static bool TrySend(int socket, ReadOnlySpan<byte> bytes, SocketName receiver, ReadOnlySpan<byte> information)
    {
        fixed (byte* start = bytes, name = receiver.Bytes, control = information)
        {
            var vector = new iovec { iov_base = start, iov_len = bytes.Length };
            var message = new msghdr { msg_name = name, msg_namelen = receiver.Length, msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = information.Length };
            return LibC.sendmsg(socket, &message, 0) >= 0;
        }
    }

    // The address is to be the same, but the way back is routing's to choose. After the header of 16 bytes (length, level, type):
    // struct in_pktinfo begins with the interface, struct in6_pktinfo ends with it.
    private static void ForgetInterface(Span<byte> information)
    {
        const int header = 16, levelOffset = 8, ipLevel = 0;
        if (information.Length < header + 8) return;
        bool is4 = MemoryMarshal.Read<int>(information[levelOffset..]) == ipLevel;
        int offset = header + (is4 ? 0 : 16);
        if (information.Length >= offset + sizeof(int)) information.Slice(offset, sizeof(int)).Clear();
    }
}
