using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>epoll(7), level-triggered: many descriptors behind one, which itself can be polled.</summary>
public static unsafe partial class Epoll
{
    public const uint In = 1, Out = 4, Error = 8, Hangup = 16;

    // struct epoll_event is packed on x86-64 alone.
    private static readonly int s_dataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static int Size => s_dataOffset + 8;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int CreateCall(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlCall(int epoll, int operation, int descriptor, byte* wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitCall(int epoll, byte* events, int most, int timeout);

    /// <exception cref="KernelException"/>
    public static int Create()
        => CreateCall(OpenFlags.CloseOnExec) is >= 0 and var epoll ? epoll : throw new KernelException("epoll_create1", Syscall.Last);

    /// <exception cref="KernelException"/>
    public static void Add(int epoll, int descriptor, uint events) => Control(epoll, 1, descriptor, events);

    /// <exception cref="KernelException"/>
    public static void Modify(int epoll, int descriptor, uint events) => Control(epoll, 3, descriptor, events);

    /// <summary>Watches it no longer; needed only where the descriptor stays open.</summary>
    public static void Remove(int epoll, int descriptor) => ControlCall(epoll, 2, descriptor, null);

    /// <summary>What is ready at this moment; waits for nothing.</summary>
    /// <returns>How many were filled in.</returns>
    public static int Ready(int epoll, Span<(int Descriptor, uint Events)> ready)
    {
        byte* events = stackalloc byte[ready.Length * 16];
        int count = Math.Max(WaitCall(epoll, events, ready.Length, 0), 0);
        for (int i = 0; i < count; i++) ready[i] = (*(int*)(events + i * Size + s_dataOffset), *(uint*)(events + i * Size));
        return count;
    }

    private static void Control(int epoll, int operation, int descriptor, uint events)
    {
        byte* wanted = stackalloc byte[16];
        new Span<byte>(wanted, 16).Clear();
        *(uint*)wanted = events;
        *(int*)(wanted + s_dataOffset) = descriptor;
        if (ControlCall(epoll, operation, descriptor, wanted) != 0) throw new KernelException("epoll_ctl", Syscall.Last);
    }
}
