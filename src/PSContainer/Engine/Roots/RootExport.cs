using PSContainer.Engine.Containers;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Roots;

/// <summary>A container's root as an archive: its layers as an overlay shows them, without a mount; what is mounted in it is not part of it.</summary>
internal static class RootExport
{
    /// <exception cref="EngineException">ContainerKeepsNothing, LayerNotPackable.</exception>
    public static void Write(Container container, StorageRoot storage, string path, CancellationToken cancelled)
    {
        if (container.Record is not { From: { } from, IsKept: true }) throw RootView.KeepsNothing(container);
        string temporary = path + ".partial";
        try
        {
            // Under another name until it is whole: a half of an archive would be found out when it is needed.
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
                LayerPacker.Write(file, [Path.Combine(storage.ContainerFolder(container.Id), LayerStack.Upper), .. from.Lowers(storage)], TreeKind.Merged, cancelled);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
