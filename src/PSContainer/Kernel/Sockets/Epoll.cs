using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>epoll(7), level-triggered: many descriptors behind one, which itself can be polled.</summary>
public static unsafe class Epoll
{
    public const uint In = 1, Out = 4, Error = 8, Hangup = 16;

    /// <exception cref="KernelException"/>
    public static int Create()
        => LibC.epoll_create1(LibC.EPOLL_CLOEXEC) is >= 0 and var epoll ? epoll : throw new KernelException("epoll_create1", Syscall.Last);

    /// <exception cref="KernelException"/>
    public static void Add(int epoll, int descriptor, uint events) => Control(epoll, LibC.EPOLL_CTL_ADD, descriptor, events);

    /// <exception cref="KernelException"/>
    public static void Modify(int epoll, int descriptor, uint events) => Control(epoll, LibC.EPOLL_CTL_MOD, descriptor, events);

    /// <summary>Watches it no longer; needed only where the descriptor stays open.</summary>
    public static void Remove(int epoll, int descriptor) => LibC.epoll_ctl(epoll, LibC.EPOLL_CTL_DEL, descriptor, null);

    /// <summary>What is ready at this moment; waits for nothing.</summary>
    /// <returns>How many were filled in.</returns>
    public static int Ready(int epoll, Span<(int Descriptor, uint Events)> ready)
    {
        epoll_event* events = stackalloc epoll_event[ready.Length];
        int count = Math.Max(LibC.epoll_wait(epoll, events, ready.Length, 0), 0);
        for (int i = 0; i < count; i++) ready[i] = (events[i].data.fd, (uint)events[i].events);
        return count;
    }

    private static void Control(int epoll, int operation, int descriptor, uint events)
    {
        epoll_event wanted = default;
        wanted.events = (int)events;
        wanted.data.fd = descriptor;
        if (LibC.epoll_ctl(epoll, operation, descriptor, &wanted) != 0) throw new KernelException("epoll_ctl", Syscall.Last);
    }
}
