using PSContainer.Engine.Containers;
using PSContainer.Engine.Entry;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Roots;

/// <summary>A root as somebody outside of it sees it: an open folder, below which every path is resolved in it.</summary>
public sealed class RootView : IDisposable
{
    private readonly IDisposable? _held;

    private RootView(int descriptor, IDisposable? held = null) => (Descriptor, _held) = (descriptor, held);

    /// <summary>The root, by O_PATH; -1 where there is none.</summary>
    public int Descriptor { get; private set; }

    /// <summary>The root that a wish is for, before there is a container: nothing can be written to it.</summary>
    /// <exception cref="EngineException">LayerMissing, PermissionDenied.</exception>
    public static RootView Of(ContainerSpec spec, StorageRoot storage)
    {
        if (spec.Image is null) return new RootView(Files.TryOpen(spec.RootFs ?? "/", OpenFlags.Path | OpenFlags.Directory));
        MountPoints.Make(storage);
        IReadOnlyList<string> lowers = ImageUse.Of(spec.Image).Lowers(storage);
        // One layer is a root as it is.
        return new RootView(lowers is [var only, _] ? OpenLayer(only) : MergedRoot.Open(lowers, null, storage.Images));
    }

    /// <summary>A text file of it, for names of users; null where there is none.</summary>
    public string? ReadText(string path) => Descriptor < 0 ? null : UserName.ReadBelow(Descriptor, path);

    public void Dispose()
    {
        if (Descriptor >= 0) Files.Close(Descriptor);
        Descriptor = -1;
        _held?.Dispose();
    }

    private static int OpenLayer(string folder)
    {
        int descriptor = Files.TryOpen(folder, OpenFlags.Path | OpenFlags.Directory);
        return descriptor >= 0 ? descriptor
            : throw new EngineException("LayerMissing", Reason.Corrupt, $"A layer is gone from this machine ({folder}).", "Import or pull the image again.");
    }
}
