using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>A file of ours in the container's folder that lies over one of the root's: /etc/hosts, /etc/hostname, /etc/resolv.conf.</summary>
/// <param name="Path">Where in the container.</param>
/// <param name="Source">Where on the host.</param>
public sealed record NameFile(string Path, string Source);

/// <summary>
/// Lays the files with names over the root's. They come before the mounts of the configuration: a volume at /etc brings its own.
/// </summary>
internal static class NameFileSteps
{
    public static void Add(PlanDraft draft, MountCalls mounts, InRoot inRoot, IReadOnlyList<NameFile> files, bool readOnly)
    {
        foreach (NameFile file in files)
        {
            Slot tree = mounts.CopyTree(file.Source, recursive: false, $"{file.Path}: a file that is kept up to date from outside");
            MountAttributes set = MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec | (readOnly ? MountAttributes.ReadOnly : 0);
            mounts.SetAttributes(tree, set, 0, Propagation.Private, recursive: false, "a text, and nothing else");
            DropLink(draft, inRoot, file.Path);
            mounts.Attach(tree, inRoot.MakeFile(file.Path, "where it goes"), $"{file.Path} becomes visible", file.Path);
        }
    }

    // systemd-resolved's /etc/resolv.conf leads to /run, which is not part of the root: nothing could be mounted on it. The link goes
    // from the container's throwaway layer only.
    private static void DropLink(PlanDraft draft, InRoot inRoot, string path)
    {
        const int room = 16;
        string folder = Path.GetDirectoryName(path)!, name = Path.GetFileName(path);
        Slot parent = inRoot.MakeDirectory(folder, "its folder");
        Slot link = draft.Add(Call.Readlinkat, "is it a link?", [parent, name, new Argument.Bytes(new byte[room], $"{room} bytes"), room],
            result: "link " + path, tolerate: [Errno.EINVAL, Errno.ENOENT], subject: path);
        draft.Add(Call.Unlinkat, "a link leads elsewhere; the file is wanted here", [parent, name, 0], when: link, tolerate: [Errno.EROFS], subject: path);
    }
}
