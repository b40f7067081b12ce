using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>An image's layers under an upper directory, as one overlay (see <see cref="LayerStack"/>).</summary>
internal sealed class LayerSteps(PlanDraft draft, MountCalls mounts, UserSteps users)
{
    private const string Container = "container";

    private static readonly Argument s_folderMode = PlanDraft.Flags(0x1ED, "0755");

    public Slot Mount(RootSource.Layers root)
    {
        Slot memory = mounts.NewFileSystem("tmpfs", "pscontainer", ["mode=0755"], MountAttributes.None,
            root.Writable is null ? "memory for what the container writes, and short names for its layers" : "short names for the layers: they must fit one page");
        mounts.Attach(memory, RootSteps.HostDirectory(draft, root.MountPoint), "overlayfs finds its layers by path");
        for (int i = 0; i < root.Lowers.Count; i++)
        {
            if (users.Namespace is { } inside) Map(root.Lowers[i], LayerStack.Link(i), inside, "a layer");
            else Link(root.Lowers[i], LayerStack.Link(i), "a layer");
        }
        string above = root.Writable ?? "";
        if (root.Writable is { } kept && users.Namespace is { } mapping) Map(kept, above = Container, mapping, "what the container writes stays here, with ids as an image has them");
        foreach (string name in (string[])[LayerStack.Upper, LayerStack.Work])
        {
            if (root.Writable is not null) Link($"{above}/{name}", name, "what the container writes stays here");
            else draft.Add(Call.Mkdirat, "overlayfs wants both on one file system", [memory, name, s_folderMode]);
        }
        if (root.Writable is null && users.IsApart)
            draft.Add(Call.Fchownat, "the root is the container's root's", [memory, LayerStack.Upper, users.OutsideUid(0), users.OutsideGid(0), 0]);
        draft.Add(Call.Fchdir, "the layers' names are relative to here", [memory]);
        string options = LayerStack.Options(root.Lowers.Count, isWritable: true, root.IsVolatile);
        if (root.Writable is not null && users.IsApart) WithUsers(Overlay);
        else Overlay();
        return RootSteps.HostDirectory(draft, root.MountPoint);

        void Overlay()
            => draft.Add(Call.Mount, users.IsApart ? RootSteps.OwnersInside : "the image's layers under one that takes what is written", ["overlay", root.MountPoint, "overlay", 0, options], subject: root.Name);

        // One mount a layer: what is mounted below the storage may be another file system.
        void Map(string target, string name, Slot inside, string why)
        {
            draft.Add(Call.Mkdirat, "a place for a layer whose owners are mapped", [memory, name, s_folderMode]);
            Slot layer = mounts.CopyTree(target, recursive: false, why);
            mounts.Map(layer, inside, recursive: false, RootSteps.OwnersInside, target);
            mounts.Attach(layer, RootSteps.HostDirectory(draft, $"{root.MountPoint}/{name}"), "overlayfs finds its layers by path");
        }

        void Link(string target, string name, string why)
            => draft.Add(Call.Symlinkat, why, [target, memory, name], subject: target);
    }

    // Whoever mounts an overlay makes its work directory, and in a folder that is mapped only its users make anything: as the host's root the overlay would be read-only.
    private void WithUsers(Action mount)
    {
        const int setSecurebits = 28, noSetuidFixup = 4;
        const string why = "overlayfs makes its work directory as whoever mounts it, and a mapped folder takes from the container's users alone";
        draft.Add(Call.Prctl, "its rights stay", [PlanDraft.Flags(setSecurebits, "PR_SET_SECUREBITS"), PlanDraft.Flags(noSetuidFixup, "SECBIT_NO_SETUID_FIXUP"), 0, 0, 0]);
        draft.Add(Call.Setfsgid, why, [users.OutsideGid(0)]);
        draft.Add(Call.Setfsuid, why, [users.OutsideUid(0)]);
        mount();
        draft.Add(Call.Setfsuid, "as before", [0]);
        draft.Add(Call.Setfsgid, "as before", [0]);
        draft.Add(Call.Prctl, "as before", [PlanDraft.Flags(setSecurebits, "PR_SET_SECUREBITS"), 0, 0, 0, 0]);
    }
}
