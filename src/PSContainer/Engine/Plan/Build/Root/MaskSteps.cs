using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>
/// Masked paths (nothing to see) and read-only paths of config.json. The mask comes from the host's own /dev/null, opened
/// before anything of the image is in reach, and goes on by descriptor (CVE-2025-31133). A step that fails stops the start.
/// </summary>
internal sealed class MaskSteps(PlanDraft draft, MountCalls mounts, InRoot inRoot)
{
    // ENOTDIR: a parent that is a file; ELOOP, EXDEV never: a link in /proc or /sys that leads elsewhere is an attack.
    private static readonly Errno[] Absent = [Errno.ENOENT, Errno.ENOTDIR];

    public void Add(LinuxSpec linux)
    {
        foreach (string path in linux.ReadonlyPaths) AddReadOnly(path);
        if (linux.MaskedPaths.Count == 0) return;

        Slot nothing = HostPath("/dev/null", 0, "O_PATH", "the mask for files");
        Slot empty = mounts.NewFileSystem("tmpfs", "tmpfs", ["nr_inodes=1", "size=1"],
            MountAttributes.ReadOnly | MountAttributes.NoSuid | MountAttributes.NoDev | MountAttributes.NoExec, "the mask for folders: one, shared by all");
        // Before Linux 6.15 only an attached mount can be copied; the host's /sys is let go with the rest of its tree.
        Slot shelf = HostPath("/sys", OpenFlags.Directory, "O_PATH|O_DIRECTORY", "a place for the mask until the pivot");
        mounts.Attach(empty, shelf, "only an attached mount can be copied");
        foreach (string path in linux.MaskedPaths) AddMask(path, nothing, empty);
    }

    private void AddMask(string path, Slot nothing, Slot empty)
    {
        string why = $"{path} shows nothing";
        Slot folder = inRoot.Open(path, "is there such a folder?", directory: true, tolerate: Absent);
        Slot cover = CopyWhen(empty, folder, why);
        mounts.Attach(cover, folder, why, path);
        Slot file = inRoot.Open(path, "or such a file?", tolerate: Absent, unless: folder);
        Slot mask = CopyWhen(nothing, file, why);
        // Where the host shares its mounts, a copy of one hears of the host's /dev for ever.
        mounts.SetAttributes(mask, 0, 0, Propagation.Private, recursive: false, "no tie to the host's /dev");
        mounts.Attach(mask, file, why, path);
    }

    private void AddReadOnly(string path)
    {
        string why = $"{path} can't be written";
        Slot at = inRoot.Open(path, "is it there?", tolerate: Absent);
        Slot tree = mounts.CopyTree(at, recursive: true, why);
        mounts.SetAttributes(tree, MountAttributes.ReadOnly, 0, Propagation.Unchanged, recursive: true, why);
        mounts.Attach(tree, at, why, path);
    }

    private Slot HostPath(string path, int flags, string shown, string why)
        => draft.Add(Call.Openat, why, [PlanDraft.WorkingDirectory, path, PlanDraft.Flags(OpenFlags.Path | OpenFlags.CloseOnExec | flags, shown)],
            result: "the host's " + path, subject: path);

    private Slot CopyWhen(Slot mask, Slot when, string why)
        => draft.Add(Call.OpenTree, why,
            [mask, "", PlanDraft.Flags(MountFlags.OpenTreeClone | MountFlags.OpenTreeCloseOnExec | Files.AtEmptyPath, "OPEN_TREE_CLONE|AT_EMPTY_PATH")],
            result: "mask", when: when);
}
