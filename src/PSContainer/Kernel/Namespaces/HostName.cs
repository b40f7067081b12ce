using System.Text;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>gethostname(2).</summary>
public static class HostName
{
    /// <summary>The name in the calling thread's uts namespace, whole; Environment.MachineName ends at the first dot.</summary>
    /// <exception cref="KernelException"/>
    public static unsafe string Read()
    {
        // HOST_NAME_MAX is 64.
        Span<byte> name = stackalloc byte[256];
        fixed (byte* start = name) Syscall.Checked(LibC.gethostname(start, name.Length - 1), "gethostname");
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
