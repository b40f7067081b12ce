using PSContainer.Engine.Layers;

namespace PSContainer.Engine.Roots;

/// <summary>A container's root as an archive: its layers as an overlay shows them, without a mount; what is mounted in it is not part of it.</summary>
internal static class RootExport
{
    /// <param name="layers">Their folders, the topmost first.</param>
    /// <exception cref="EngineException">LayerNotPackable.</exception>
    public static void Write(IReadOnlyList<string> layers, string path, CancellationToken cancelled)
    {
        string temporary = path + ".partial";
        try
        {
            // Under another name until it is whole: a half of an archive would be found out when it is needed.
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
                LayerPacker.Write(file, layers, TreeKind.Merged, cancelled);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
