using PSContainer.Engine.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Roots;

/// <summary>One side of a copy: a root, of a container or this machine's, and a path in it that somebody wrote.</summary>
/// <param name="Root">An open folder; whatever links the path leads through, they stay below it.</param>
/// <param name="Path">Absolute in that root. "/." at its end means what is in the folder, "/" that it has to be one.</param>
/// <param name="Shown">How the user calls it: "os1:/etc/hosts".</param>
public sealed record CopySide(int Root, string Path, string Shown)
{
    public bool MeansContents => Path == "/" || Path.EndsWith("/.", StringComparison.Ordinal) || Path.EndsWith("/..", StringComparison.Ordinal);
    public bool MeansFolder => MeansContents || Path.EndsWith('/');

    /// <summary>The path without what its end means; its last part is a name.</summary>
    private string Plain => Path.EndsWith("/.", StringComparison.Ordinal) ? Path[..^2].TrimEnd('/') : Path.TrimEnd('/');

    /// <summary>The name that a copy has where none is given.</summary>
    public PathBytes Name => System.IO.Path.GetFileName(Plain);

    /// <summary>What the path names, links followed; -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public int TryOpen(int flags) => FolderCalls.OpenInRoot(Root, Path, flags);

    /// <summary>The folder that the path's last name stands in, by O_PATH; the caller closes it.</summary>
    /// <exception cref="EngineException">CopyPathMissing.</exception>
    public int OpenParent()
    {
        string folder = System.IO.Path.GetDirectoryName(Plain) is { Length: > 0 } above ? above : "/";
        int descriptor = FolderCalls.OpenInRoot(Root, folder, OpenFlags.Path | OpenFlags.Directory);
        return descriptor >= 0 ? descriptor : throw Missing(Syscall.Last);
    }

    public EngineException Missing(Errno errno) => errno switch
    {
        Errno.ENOENT => new("CopyPathMissing", Reason.NotFound, $"'{Printable.Of(Shown)}' does not exist.", "Check the path; folders on the way are not made."),
        Errno.ENOTDIR => new("CopyPathMissing", Reason.NotFound, $"'{Printable.Of(Shown)}' leads through a file, or is one.", "Check the path."),
        Errno.EAGAIN => new("CopyRaced", Reason.Failed, $"'{Printable.Of(Shown)}' can't be reached for all that is renamed meanwhile.", "Try again; or stop or pause what renames."),
        Errno.ELOOP => new("CopyPathUnsafe", Reason.InvalidInput, $"'{Printable.Of(Shown)}' leads through links in a circle, or through one of the kernel's own.", "Name what they point to."),
        _ => throw new KernelException("openat2", errno, Shown),
    };
}
