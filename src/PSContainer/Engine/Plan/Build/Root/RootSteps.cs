using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>The container's root: made as a mount of its own, and at the end swapped in for the host's.</summary>
internal sealed class RootSteps(PlanDraft draft, MountCalls mounts, UserSteps users)
{
    /// <summary>Cuts the new mount namespace off, so that nothing mounted from here on reaches the host.</summary>
    public static void Isolate(PlanDraft draft, string? rootfsPropagation)
    {
        Propagation propagation = rootfsPropagation switch
        {
            "private" or "rprivate" => Propagation.Private,
            "shared" or "rshared" => Propagation.Shared,
            "unbindable" or "runbindable" => Propagation.Unbindable,
            _ => Propagation.Slave,
        };
        // Slave rather than private until the pivot: what the host unmounts meanwhile is not pinned by the copy here.
        Propagation now = propagation == Propagation.Private ? Propagation.Private : Propagation.Slave;
        draft.Add(Call.MountSetattr, "no mount made here may reach the host",
            [PlanDraft.WorkingDirectory, "/", PlanDraft.Flags(Files.AtRecursive, "AT_RECURSIVE"),
             PlanDraft.Structure(new MountAttr { Propagation = now }, FlagText.Propagated), 32]);
    }

    public Slot Make(RootSource source, bool readOnly, string? rootfsPropagation) => source switch
    {
        // A bundle's files belong to whoever has made it, for the users that its configuration names.
        RootSource.Folder folder => Bind(folder.Path, folder.Path, rootfsPropagation, isMapped: false),
        // Nothing would ever be written to an upper directory.
        RootSource.Throwaway { Lowers: [var only] } bare when readOnly => Bind(only, bare.MountPoint, rootfsPropagation, isMapped: true),
        RootSource.Throwaway throwaway => Overlay(throwaway),
        RootSource.Layers layers => new LayerSteps(draft, mounts, users).Mount(layers),
        _ => throw new ArgumentOutOfRangeException(nameof(source)),
    };

    /// <summary>The root of the go-between's in the child's own mounts: by descriptor, on a place that everybody can reach.</summary>
    public static Slot TakeOver(PlanDraft draft, MountCalls mounts, Slot outside)
    {
        Slot root = draft.Outside(() => mounts.CopyTree(outside, recursive: false, "the root for the child, who could not reach it by its path"));
        mounts.Attach(root, HostDirectory(draft, "/"), "the root takes its place, in this namespace only");
        return root;
    }

    private Slot Bind(string folder, string mountPoint, string? rootfsPropagation, bool isMapped)
    {
        // Not recursive for a shared root such as "/": what the host has mounted below it is none of the container's business.
        Slot tree = mounts.CopyTree(folder, recursive: false, "the root, as a mount of its own");
        if (isMapped && users.Namespace is { } inside) mounts.Map(tree, inside, recursive: false, OwnersInside, folder);
        if (rootfsPropagation is not ("slave" or "rslave" or "shared" or "rshared"))
            mounts.SetAttributes(tree, 0, 0, Propagation.Private, recursive: false, "what the host mounts below it later stays with the host");
        Slot target = HostDirectory(draft, mountPoint);
        mounts.Attach(tree, target, "the root takes its place, in this namespace only");
        return tree;
    }

    internal const string OwnersInside = "its files belong to the container's users";

    private Slot Overlay(RootSource.Throwaway root)
    {
        Slot memory = mounts.NewFileSystem("tmpfs", "pscontainer", ["mode=0755"], MountAttributes.None,
            "memory for what the container writes: it ends with the container");
        foreach (string folder in (string[])["upper", "work"])
            draft.Add(Call.Mkdirat, "overlayfs wants both on one file system", [memory, folder, PlanDraft.Flags(0x1ED, "0755")]);
        string[] lowers = [.. root.Lowers.Select(Escape)];
        if (users.IsApart)
        {
            draft.Add(Call.Fchownat, "the root is the container's root's", [memory, LayerStack.Upper, users.OutsideUid(0), users.OutsideGid(0), 0]);
            for (int i = 0; i < lowers.Length; i++) draft.Add(Call.Mkdirat, "a place for a layer whose owners are mapped", [memory, LayerStack.Link(i), PlanDraft.Flags(0x1ED, "0755")]);
        }
        mounts.Attach(memory, HostDirectory(draft, root.MountPoint), "overlayfs finds its upper directory by path");

        if (users.Namespace is { } mapping)
            for (int i = 0; i < lowers.Length; i++)
            {
                lowers[i] = $"{root.MountPoint}/{LayerStack.Link(i)}";
                Slot layer = mounts.CopyTree(root.Lowers[i], recursive: false, "a layer");
                mounts.Map(layer, mapping, recursive: false, OwnersInside, root.Lowers[i]);
                mounts.Attach(layer, HostDirectory(draft, lowers[i]), "overlayfs finds its layers by path");
            }

        Slot overlay = mounts.NewFileSystem("overlay", "overlay",
            ["lowerdir=" + string.Join(':', lowers), $"upperdir={root.MountPoint}/upper", $"workdir={root.MountPoint}/work"],
            MountAttributes.None, users.IsApart ? OwnersInside : "a writable view; the folders below stay as they are", subject: string.Join(':', root.Lowers));
        mounts.Attach(overlay, HostDirectory(draft, root.MountPoint), "the root takes its place, in this namespace only");
        return overlay;
    }

    internal static Slot HostDirectory(PlanDraft draft, string path)
        => draft.Add(Call.Openat, "where the root is put together",
            [PlanDraft.WorkingDirectory, path, PlanDraft.Flags(OpenFlags.Path | OpenFlags.Directory | OpenFlags.CloseOnExec, "O_PATH|O_DIRECTORY")],
            result: "mount point", subject: path);

    // overlayfs separates lower directories with colons.
    private static string Escape(string path) => path.Replace("\\", "\\\\").Replace(":", "\\:");

    public static void Seal(MountCalls mounts, Slot root)
        => mounts.SetAttributes(root, MountAttributes.ReadOnly, MountAttributes.None, Propagation.Unchanged, recursive: false,
            "root.readonly");

    /// <summary>pivot_root(2) onto itself, which needs no folder for the old root; then the host's tree is let go.</summary>
    public static void Enter(PlanDraft draft, Slot root, string? rootfsPropagation)
    {
        draft.Add(Call.Fchdir, "into the new root", [root]);
        draft.Add(Call.PivotRoot, "the new root becomes /, the old one lies on top of it", [".", "."]);
        draft.Add(Call.Umount2, "the host's tree is let go", [".", PlanDraft.Flags(MountFlags.UmountDetach, "MNT_DETACH")]);
        draft.Add(Call.Chdir, "nothing of the host is the working directory", ["/"]);
        if (rootfsPropagation is "shared" or "rshared" or "unbindable" or "runbindable")
            draft.Add(Call.MountSetattr, "linux.rootfsPropagation",
                [PlanDraft.WorkingDirectory, "/", PlanDraft.Flags(rootfsPropagation.StartsWith('r') ? Files.AtRecursive : 0, "AT_RECURSIVE"),
                 PlanDraft.Structure(new MountAttr { Propagation = rootfsPropagation.EndsWith("shared", StringComparison.Ordinal) ? Propagation.Shared : Propagation.Unbindable }, FlagText.Propagated), 32]);
    }
}
