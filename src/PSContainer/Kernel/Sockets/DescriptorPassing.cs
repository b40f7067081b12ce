using System.Text;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>Descriptors that go to another process with a message: SCM_RIGHTS of unix(7).</summary>
public static unsafe class DescriptorPassing
{
    private const int ScmRights = 1, HeaderSize = 16;

    /// <summary>Connects to a stream socket at a path, sends the bytes and the descriptor in one message, and leaves.</summary>
    /// <exception cref="KernelException">ENOENT or ECONNREFUSED where nobody listens, ENAMETOOLONG.</exception>
    public static void Send(string path, ReadOnlySpan<byte> bytes, int descriptor)
    {
        const int longestPath = 107;
        byte[] name = Encoding.UTF8.GetBytes(path);
        if (name.Length > longestPath) throw new KernelException("connect", Errno.ENAMETOOLONG, path);
        int socket = LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0);
        if (socket < 0) throw new KernelException("socket", Syscall.Last);
        try
        {
            var address = new sockaddr_un { sun_family = LibC.AF_UNIX };
            name.CopyTo(new Span<byte>(address.sun_path, longestPath));
            if (LibC.connect(socket, (sockaddr*)&address, sizeof(sockaddr_un)) != 0) throw new KernelException("connect", Syscall.Last, path);
            Send(socket, bytes, descriptor, path);
        }
        finally
        {
            Files.Close(socket);
        }
    }

    private static void Send(int socket, ReadOnlySpan<byte> bytes, int descriptor, string path)
    {
        // struct cmsghdr: length, level, type; then the descriptor, padded to eight bytes.
        byte* control = stackalloc byte[HeaderSize + sizeof(long)];
        *(nuint*)control = HeaderSize + sizeof(int);
        *(int*)(control + 8) = LibC.SOL_SOCKET;
        *(int*)(control + 12) = ScmRights;
        *(long*)(control + HeaderSize) = descriptor;
        fixed (byte* start = bytes)
        {
            var vector = new iovec { iov_base = start, iov_len = bytes.Length };
            var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = HeaderSize + sizeof(long) };
            if (LibC.sendmsg(socket, &message, LibC.MSG_NOSIGNAL) != bytes.Length) throw new KernelException("sendmsg", Syscall.Last, path);
        }
    }
}
