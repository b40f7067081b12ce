using PSContainer.Engine.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.State;

/// <summary>The run folders: one a live container, made by whoever creates it, cleared by whoever sees its end.</summary>
public sealed class RunStore(StorageRoot root)
{
    /// <summary>Ids as runc takes them: they become a folder's name and a cgroup's.</summary>
    /// <exception cref="EngineException">ContainerIdInvalid.</exception>
    public static void CheckId(string id)
    {
        bool plain = id.Length is > 0 and <= 255 && id is not ("." or "..")
            && !id.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.");
        if (!plain)
            throw new EngineException("ContainerIdInvalid", Reason.InvalidInput, $"'{Printable.Of(id.Length > 80 ? id[..80] + "…" : id)}' can't be a container's id.",
                "Use letters, digits, '_', '+', '-' and '.', at most 255 of them.");
    }

    /// <summary>Takes the id: makes its run folder, which only one can.</summary>
    /// <exception cref="EngineException">ContainerExists, PermissionDenied.</exception>
    public string Claim(string id)
    {
        CheckId(id);
        string folder = root.RunFolder(id);
        using var text = new NativeStrings();
        while (Syscall.Invoke(SyscallNumber.Mkdirat, Files.AtFdcwd, text.Text(folder), 0x1C0) != 0)
        {
            switch (Syscall.Last)
            {
                case Errno.ENOENT:
                    MakeRoot();
                    continue;
                case Errno.EEXIST:
                    throw new EngineException("ContainerExists", Reason.AlreadyExists, $"There is a container '{id}' already.", "Choose another id, or delete that one first.");
                case Errno.EACCES or Errno.EPERM or Errno.EROFS:
                    throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{folder}' can't be made.", "Run as root (sudo pwsh).");
                default:
                    throw new KernelException("mkdir", Syscall.Last, folder);
            }
        }
        return folder;
    }

    /// <exception cref="EngineException">ContainerNotFound, StateCorrupt.</exception>
    public RunState Get(string id)
    {
        CheckId(id);
        return RunState.Read(root.RunFolder(id))
            ?? throw new EngineException("ContainerNotFound", Reason.NotFound, $"There is no container '{id}'.", "'pscontainer list' shows them.");
    }

    public IEnumerable<string> Ids()
        => Directory.Exists(root.Run) ? Directory.EnumerateDirectories(root.Run).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal) : [];

    public void Release(string id) => TreeRemoval.Remove(root.RunFolder(id));

    /// <summary>Makes the folder that they lie in, where it is missing.</summary>
    /// <exception cref="EngineException">PermissionDenied.</exception>
    public void MakeRoot()
    {
        try
        {
            Directory.CreateDirectory(root.Run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{root.Run}' can't be made.", "Run as root (sudo pwsh).", denied);
        }
    }
}
