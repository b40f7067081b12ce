using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>A file of ours in the container's folder that lies over one of the root's: /etc/hosts, /etc/hostname, /etc/resolv.conf.</summary>
/// <param name="Path">Where in the container.</param>
/// <param name="Source">Where on the host.</param>
public sealed record NameFile(string Path, string Source);

/// <summary>
/// Lays the files with names over the root's, or where a link in their place leads: systemd-resolved's /etc/resolv.conf names a file in /run, which is
/// made in the container's own root.
/// </summary>
internal static class NameFileSteps
{
    public static void Add(PlanDraft draft, MountCalls mounts, InRoot inRoot, UserSteps users, IReadOnlyList<NameFile> files, bool readOnly)
    {
        foreach (NameFile file in files)
        {
            Slot tree = draft.Outside(() =>
            {
                Slot copy = mounts.CopyTree(file.Source, recursive: false, $"{file.Path}: a file that is kept up to date from outside");
                MountAttributes set = MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec | (readOnly ? MountAttributes.ReadOnly : 0);
                mounts.SetAttributes(copy, set, 0, Propagation.Private, recursive: false, "a text, and nothing else");
                // Where its file system can't be mapped, its owner is nobody inside, and it can be read all the same.
                if (users.Namespace is { } inside) mounts.Map(copy, inside, recursive: false, RootSteps.OwnersInside, file.Path, tolerate: [Errno.EINVAL]);
                return copy;
            });
            mounts.Attach(tree, inRoot.MakeFile(file.Path, "where it goes"), $"{file.Path} becomes visible", file.Path);
        }
    }
}
