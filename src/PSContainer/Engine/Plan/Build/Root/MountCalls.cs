using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>
/// The mount API by descriptor (fsopen(2), open_tree(2), mount_setattr(2), move_mount(2)): a mount is made detached, given
/// its attributes, and only then becomes visible, at a place that was resolved beforehand.
/// </summary>
public sealed class MountCalls(PlanDraft draft)
{
    /// <summary>A new, detached file system; options are "name" or "name=value".</summary>
    public Slot NewFileSystem(string type, string? source, IEnumerable<string> options, MountAttributes attributes, string why,
        string? subject = null)
    {
        Slot context = draft.Add(Call.Fsopen, why, [type, PlanDraft.Flags(MountFlags.FsopenCloseOnExec, "FSOPEN_CLOEXEC")], type + " context", subject: subject);
        if (source is not null) SetString(context, "source", source, why, subject);
        foreach (string option in options)
        {
            int equals = option.IndexOf('=');
            if (equals < 0)
                draft.Add(Call.Fsconfig, why, [context, PlanDraft.Flags(MountFlags.FsconfigSetFlag, "SET_FLAG"), option, 0, 0], subject: subject);
            else
                SetString(context, option[..equals], option[(equals + 1)..], why, subject);
        }
        draft.Add(Call.Fsconfig, why, [context, PlanDraft.Flags(MountFlags.FsconfigCreate, "CMD_CREATE"), 0, 0, 0], subject: subject);
        Slot mount = draft.Add(Call.Fsmount, why,
            [context, PlanDraft.Flags(MountFlags.FsmountCloseOnExec, "FSMOUNT_CLOEXEC"), PlanDraft.Flags((long)attributes, FlagText.Attributes(attributes))],
            type, subject: subject);
        draft.Add(Call.Close, "the context has served", [context]);
        return mount;
    }

    /// <summary>A detached copy of the mount at a path of the host.</summary>
    public Slot CopyTree(string path, bool recursive, string why, string? subject = null)
        => draft.Add(Call.OpenTree, why, [PlanDraft.WorkingDirectory, path, TreeFlags(recursive, emptyPath: false)], "tree of " + path, subject: subject ?? path);

    /// <summary>A detached copy of what a descriptor names.</summary>
    public Slot CopyTree(Slot at, bool recursive, string why)
        => draft.Add(Call.OpenTree, why, [at, "", TreeFlags(recursive, emptyPath: true)], "copy of " + at.Name);

    public void SetAttributes(Slot mount, MountAttributes set, MountAttributes clear, Propagation propagation, bool recursive, string why, Slot? when = null)
    {
        var attributes = new MountAttr { Set = set, Clear = clear, Propagation = propagation };
        long flags = Files.AtEmptyPath | (recursive ? Files.AtRecursive : 0);
        draft.Add(Call.MountSetattr, why,
            [mount, "", PlanDraft.Flags(flags, recursive ? "AT_EMPTY_PATH|AT_RECURSIVE" : "AT_EMPTY_PATH"), PlanDraft.Structure(attributes, FlagText.Attributes), 32], when: when);
    }

    /// <summary>Owners of files below are from here on what the user namespace makes of them: id 0 on the disk is its root.</summary>
    public void Map(Slot mount, Slot users, bool recursive, string why, string? subject, Errno[]? tolerate = null)
    {
        const int userNamespace = 24;
        long flags = Files.AtEmptyPath | (recursive ? Files.AtRecursive : 0);
        var attributes = new Argument.Structure<MountAttr>(new MountAttr { Set = MountAttributes.Idmap }, FlagText.Attributes) { Filled = [(userNamespace, users)] };
        draft.Add(Call.MountSetattr, why, [mount, "", PlanDraft.Flags(flags, recursive ? "AT_EMPTY_PATH|AT_RECURSIVE" : "AT_EMPTY_PATH"), attributes, 32], tolerate: tolerate, subject: subject);
    }

    /// <summary>Attaches a detached mount.</summary>
    public void Attach(Slot mount, Slot target, string why, string? subject = null)
        => draft.Add(Call.MoveMount, why,
            [mount, "", target, "", PlanDraft.Flags(MountFlags.MoveFromEmptyPath | MountFlags.MoveToEmptyPath, "F_EMPTY_PATH|T_EMPTY_PATH")], subject: subject);

    private void SetString(Slot context, string name, string value, string why, string? subject)
        => draft.Add(Call.Fsconfig, why, [context, PlanDraft.Flags(MountFlags.FsconfigSetString, "SET_STRING"), name, value, 0], subject: subject);

    private static Argument TreeFlags(bool recursive, bool emptyPath)
        => PlanDraft.Flags(
            MountFlags.OpenTreeClone | MountFlags.OpenTreeCloseOnExec | (emptyPath ? Files.AtEmptyPath : 0u) | (recursive ? Files.AtRecursive : 0u),
            "OPEN_TREE_CLONE" + (emptyPath ? "|AT_EMPTY_PATH" : "") + (recursive ? "|AT_RECURSIVE" : ""));
}
