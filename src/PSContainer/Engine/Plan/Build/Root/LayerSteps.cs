using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>An image's layers under an upper directory, as one overlay (see <see cref="LayerStack"/>).</summary>
internal static class LayerSteps
{
    private static readonly Argument s_folderMode = PlanDraft.Flags(0x1ED, "0755");

    public static Slot Mount(PlanDraft draft, MountCalls mounts, RootSource.Layers root)
    {
        Slot memory = mounts.NewFileSystem("tmpfs", "pscontainer", ["mode=0755"], MountAttributes.None,
            root.Writable is null ? "memory for what the container writes, and short names for its layers" : "short names for the layers: they must fit one page");
        mounts.Attach(memory, RootSteps.HostDirectory(draft, root.MountPoint), "overlayfs finds its layers by path");
        for (int i = 0; i < root.Lowers.Count; i++) Link(root.Lowers[i], LayerStack.Link(i), "a layer");
        foreach (string name in (string[])[LayerStack.Upper, LayerStack.Work])
        {
            if (root.Writable is { } folder) Link($"{folder}/{name}", name, "what the container writes stays here");
            else draft.Add(Call.Mkdirat, "overlayfs wants both on one file system", [memory, name, s_folderMode]);
        }
        draft.Add(Call.Fchdir, "the layers' names are relative to here", [memory]);
        string options = LayerStack.Options(root.Lowers.Count, isWritable: true, root.IsVolatile);
        draft.Add(Call.Mount, "the image's layers under one that takes what is written", ["overlay", root.MountPoint, "overlay", 0, options], subject: root.Name);
        return RootSteps.HostDirectory(draft, root.MountPoint);

        void Link(string target, string name, string why)
            => draft.Add(Call.Symlinkat, why, [target, memory, name], subject: target);
    }
}
