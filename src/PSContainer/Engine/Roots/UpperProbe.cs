using PSContainer.Kernel;

namespace PSContainer.Engine.Roots;

/// <summary>
/// Whether a folder's file system can hold an overlay's upper directory: another overlay can't, nor can most network file
/// systems. The kernel is asked by an overlay that is made and never mounted.
/// </summary>
internal static class UpperProbe
{
    /// <param name="folder">With empty "upper" and "work" in it; "work" is what the kernel makes of it afterwards.</param>
    /// <param name="lower">Any other folder.</param>
    /// <returns>None; what the kernel says against it, mostly EINVAL; EPERM for want of privilege.</returns>
    public static Errno Ask(string folder, string lower)
    {
        using var text = new NativeStrings();
        int context = (int)Syscall.Invoke(SyscallNumber.Fsopen, text.Text("overlay"), (nint)MountFlags.FsopenCloseOnExec);
        if (context < 0) return Syscall.Last;
        var opened = new List<int> { context };
        try
        {
            Set("lowerdir", lower);
            Set("upperdir", folder + "/upper");
            Set("workdir", folder + "/work");
            // Nothing is written, so there is nothing to wait for when it goes again.
            return Syscall.Invoke(SyscallNumber.Fsconfig, context, (nint)MountFlags.FsconfigSetFlag, text.Text("volatile"), 0, 0) < 0
                || Syscall.Invoke(SyscallNumber.Fsconfig, context, (nint)MountFlags.FsconfigCreate, 0, 0, 0) < 0 ? Syscall.Last : Errno.None;
        }
        finally
        {
            foreach (int descriptor in opened) Files.Close(descriptor);
        }

        // fsconfig(2) takes 256 bytes a value; a path may be longer, the name of a descriptor is not.
        void Set(string name, string path)
        {
            int descriptor = Files.Open(path, OpenFlags.Path | OpenFlags.Directory);
            opened.Add(descriptor);
            Syscall.Invoke(SyscallNumber.Fsconfig, context, (nint)MountFlags.FsconfigSetString, text.Text(name), text.Text($"/proc/self/fd/{descriptor}"), 0);
        }
    }
}
