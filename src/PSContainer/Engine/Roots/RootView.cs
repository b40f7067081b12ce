using PSContainer.Engine.Entry;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Engine.Roots;

/// <summary>A root as somebody outside of it sees it: an open folder, below which every path is resolved in it.</summary>
public sealed class RootView : IDisposable
{
    private readonly IDisposable? _held;

    private RootView(int descriptor, IDisposable? held = null) => (Descriptor, _held) = (descriptor, held);

    /// <summary>The root, by O_PATH; -1 where there is none.</summary>
    public int Descriptor { get; private set; }

    /// <summary>Who its users are outside, where they are others; null where they are this machine's.</summary>
    public RootUsers? Users { get; private init; }

    /// <exception cref="KernelException"/>
    public static RootView OfThisMachine() => OfFolder("/");

    /// <exception cref="KernelException"/>
    public static RootView OfFolder(string folder) => new(Files.Open(folder, OpenFlags.Path | OpenFlags.Directory));

    /// <summary>A folder that is a root; where there is none, a view of nothing.</summary>
    public static RootView At(string folder) => new(Files.TryOpen(folder, OpenFlags.Path | OpenFlags.Directory));

    /// <summary>Layers put together, the topmost first.</summary>
    /// <param name="upper">The folder with the upper and work directories where something is to be written; else null.</param>
    /// <param name="mountPoint">Any folder; nothing is seen there.</param>
    /// <param name="held">Given back at the end.</param>
    /// <exception cref="EngineException">LayerMissing, PermissionDenied.</exception>
    public static RootView OfLayers(IReadOnlyList<string> layers, string? upper, string mountPoint, IDisposable? held = null) => new(MergedRoot.Open(layers, upper, mountPoint), held);

    /// <summary>One layer is a root as it is.</summary>
    /// <exception cref="EngineException">LayerMissing.</exception>
    public static RootView OfLayer(string folder)
    {
        RootView view = At(folder);
        return view.Descriptor >= 0 ? view
            : throw new EngineException("LayerMissing", Reason.Corrupt, $"A layer is gone from this machine ({folder}).", "Import or pull the image again.");
    }

    /// <summary>The very root that a process sees.</summary>
    /// <param name="container">Whose it is, for errors.</param>
    /// <param name="users">Who its users are outside, where they are others.</param>
    /// <exception cref="EngineException">ContainerNotRunning, PermissionDenied.</exception>
    // Through the process, and checked afterwards: a number that was another's by then would have shown another root.
    public static RootView OfProcess(ProcessIdentity process, string container, RootUsers? users = null)
    {
        int descriptor = Files.TryOpen($"/proc/{process.Pid}/root", OpenFlags.Path | OpenFlags.Directory);
        Errno errno = Syscall.Last;
        if (descriptor >= 0 && process.IsAlive) return new RootView(descriptor) { Users = users };
        if (descriptor >= 0) Files.Close(descriptor);
        else if (errno is Errno.EACCES or Errno.EPERM) throw new EngineException("PermissionDenied", Reason.NoPermission, $"The root of '{container}' can't be looked at.", "Run as root (sudo pwsh).");
        throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{container}' has just stopped.", "Try again.");
    }

    /// <summary>A text file of it, for names of users; null where there is none.</summary>
    public string? ReadText(string path) => Descriptor < 0 ? null : UserName.ReadBelow(Descriptor, path);

    public void Dispose()
    {
        if (Descriptor >= 0) Files.Close(Descriptor);
        Descriptor = -1;
        _held?.Dispose();
    }
}
