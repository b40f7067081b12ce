using PSContainer.Engine.Blobs;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>What can be wrong with a layer.</summary>
internal static class LayerError
{
    public static EngineException Refused(PathBytes name, string why)
        => new("LayerEntryRefused", Reason.Corrupt, $"The layer's entry '{name}' is refused: {why}.", "The image is damaged, or made to do harm: don't use it.");

    /// <summary>A call that failed on an entry.</summary>
    public static Exception Failed(string call, Errno error, PathBytes name) => error switch
    {
        Errno.ENOSPC or Errno.EDQUOT => StorageFull.Error($"'{name}' does not fit", new KernelException(call, error, name.ToString())),
        Errno.ENAMETOOLONG or Errno.ELOOP or Errno.ENOTDIR => Refused(name, $"its path can't be followed ({KernelException.Describe(error)})"),
        Errno.EMLINK => Refused(name, "it has more hard links than the file system takes"),
        _ => new KernelException(call, error, name.ToString()),
    };

    public static void Check(Errno error, string call, PathBytes name)
    {
        if (error != Errno.None) throw Failed(call, error, name);
    }
}
