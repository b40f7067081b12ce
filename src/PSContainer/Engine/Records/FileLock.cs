using PSContainer.Kernel;

namespace PSContainer.Engine.Records;

/// <summary>
/// A lock on a file of ours by flock(2): it ends with its holder, however that ends. Each one is a descriptor of its own, so two threads
/// of one process keep each other out as two processes do.
/// </summary>
public sealed class FileLock : IDisposable
{
    // flock(2) itself can't be ended from another thread.
    private const int Between = 20;

    private int _descriptor;

    private FileLock(int descriptor) => _descriptor = descriptor;

    /// <summary>Whether the file that is locked is still the one at this path: its last holder may have removed or renamed it.</summary>
    public bool IsAt(string path)
        => FileStatus.TryOf(Files.AtFdcwd, path) is { } named && named.IsSame(FileStatus.Of(_descriptor, ""));

    /// <summary>Waits until the lock is had. The file is made where there is none; its folder must exist.</summary>
    /// <exception cref="KernelException"/>
    public static FileLock Take(string path, bool shared = false)
    {
        int file = Open(path);
        Files.Lock(file, shared);
        return new FileLock(file);
    }

    /// <summary>Waits until the lock is had, or the caller no longer wants it.</summary>
    /// <exception cref="OperationCanceledException"/>
    /// <exception cref="KernelException"/>
    public static FileLock Take(string path, CancellationToken cancel, bool shared = false)
    {
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (TryTake(path, shared) is { } held) return held;
            cancel.WaitHandle.WaitOne(Between);
        }
    }

    /// <summary>null where somebody else holds it.</summary>
    /// <exception cref="KernelException"/>
    public static FileLock? TryTake(string path, bool shared = false)
    {
        int file = Open(path);
        if (Files.TryLock(file, shared)) return new FileLock(file);
        Files.Close(file);
        return null;
    }

    public void Dispose()
    {
        int file = Interlocked.Exchange(ref _descriptor, -1);
        if (file >= 0) Files.Close(file);
    }

    private static int Open(string path) => Files.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.CloseOnExec, 0x180);
}
