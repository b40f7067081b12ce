using Microsoft.Win32.SafeHandles;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.ImageFiles;

/// <summary>The files below a folder, such as an OCI layout's. No link in it leads out of it, and what is no file is not opened as one.</summary>
internal sealed class FolderFiles(string folder) : ArchiveFiles
{
    private readonly int _folder = Files.Open(folder, OpenFlags.Path | OpenFlags.Directory);

    public override Stream? TryOpen(string name)
    {
        // Without O_NONBLOCK a pipe that lies there would hang us.
        int file = FolderCalls.OpenInRoot(_folder, name, OpenFlags.ReadOnly | OpenFlags.NonBlock | OpenFlags.NoCtty);
        if (file < 0) return Syscall.Last is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP ? null : throw new KernelException("openat2", Syscall.Last, Path.Combine(folder, name));
        var handle = new SafeFileHandle(file, ownsHandle: true);
        if ((File.GetAttributes(handle) & FileAttributes.Directory) == 0)
        {
            var content = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            if (content.CanSeek) return content;
        }
        handle.Dispose();
        return null;
    }

    public override void Dispose() => Files.Close(_folder);
}
