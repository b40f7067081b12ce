using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Kernel;

namespace PSContainer.Engine.Roots;

/// <summary>
/// Layers put together for somebody outside of a container. The overlay is mounted on a thread of its own, in a mount namespace
/// that ends with the thread; what stays is a descriptor of the root, and with the descriptor the mount goes as well.
/// Nothing of it is ever seen on the host, and no kill can leave it behind.
/// </summary>
public static class MergedRoot
{
    /// <summary>A descriptor (O_PATH) of the merged root, which the caller closes.</summary>
    /// <param name="lowers">Folders, the topmost first.</param>
    /// <param name="writable">The folder with "upper" and "work" in it; null for a view that can't be written.</param>
    /// <param name="mountPoint">Any folder that holds none of them.</param>
    /// <exception cref="EngineException">PermissionDenied, LayerMissing.</exception>
    /// <exception cref="KernelException"/>
    public static int Open(IReadOnlyList<string> lowers, string? writable, string mountPoint)
    {
        int descriptor = -1;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                descriptor = Mount(lowers, writable, mountPoint);
            }
            catch (Exception caught)
            {
                failure = caught;
            }
        }) { IsBackground = true, Name = "PSContainer root" };
        thread.Start();
        thread.Join();
        return failure switch
        {
            null => descriptor,
            KernelException { Errno: Errno.EPERM } => throw new EngineException("PermissionDenied", Reason.NoPermission, "The root can't be put together: it takes a mount.", "Run as root (sudo pwsh).", failure),
            KernelException { Errno: Errno.ENOENT, Path: { } path } => throw new EngineException("LayerMissing", Reason.Corrupt, $"A layer is gone from this machine ({path}).", "Import or pull the image again.", failure),
            _ => throw failure,
        };
    }

    // Everything here is this thread's own: unshare(2) parts its mounts, and with them its working directory, from the others'.
    private static int Mount(IReadOnlyList<string> lowers, string? writable, string mountPoint)
    {
        using var text = new NativeStrings();
        Check(Syscall.Invoke(SyscallNumber.Unshare, (nint)CloneFlags.NewNs), "unshare", null);
        MountOn("none", "/", null, MountFlags.Slave | MountFlags.Recursive, null);
        MountOn("pscontainer", mountPoint, "tmpfs", 0, "mode=0700");
        Check(Syscall.Invoke(SyscallNumber.Chdir, text.Text(mountPoint)), "chdir", mountPoint);
        for (int i = 0; i < lowers.Count; i++) Link(lowers[i], LayerStack.Link(i));
        foreach (string name in writable is null ? [] : (string[])[LayerStack.Upper, LayerStack.Work]) Link($"{writable}/{name}", name);
        MountOn("overlay", mountPoint, "overlay", 0, LayerStack.Options(lowers.Count, writable is not null, isVolatile: false));
        return Files.Open(mountPoint, OpenFlags.Path | OpenFlags.Directory);

        void MountOn(string source, string target, string? type, ulong flags, string? options)
            => Check(Syscall.Invoke(SyscallNumber.Mount, text.Text(source), text.Text(target), type is null ? 0 : text.Text(type), (nint)flags, options is null ? 0 : text.Text(options)), "mount", lowers[0]);

        void Link(string target, string name)
            => Check(Syscall.Invoke(SyscallNumber.Symlinkat, text.Text(target), Files.AtFdcwd, text.Text(name)), "symlink", target);
    }

    private static void Check(nint result, string call, string? path) => Syscall.Checked(result, call, path);
}
