using PSContainer.Engine.Records;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>
/// The right to make a layer: a folder beside the layers, with a lock in it that its maker holds. Whoever else wants the layer waits for the
/// lock; what a killed maker leaves has a lock that nobody holds, and goes with the next look.
/// </summary>
internal sealed class LayerClaim : IDisposable
{
    public const string Suffix = ".part";

    private const string LockName = "lock";
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(20);

    private readonly string _folder;
    private readonly FileLock _held;

    private LayerClaim(string folder, FileLock held) => (_folder, _held) = (folder, held);

    /// <summary>What becomes the layer's folder.</summary>
    public string Layer => Path.Combine(_folder, "layer");

    /// <summary>Waits for the claim; null once the layer is there, made by somebody else.</summary>
    public static LayerClaim? Take(string folder, Func<bool> isThere, CancellationToken cancellation)
    {
        while (!isThere())
        {
            cancellation.ThrowIfCancellationRequested();
            Directory.CreateDirectory(folder);
            if (TryTake(folder) is not { } claim)
            {
                cancellation.WaitHandle.WaitOne(s_between);
                continue;
            }
            // Whoever held it before may just have finished.
            if (isThere())
            {
                claim.Dispose();
                return null;
            }
            TreeRemoval.Remove(claim.Layer);
            return claim;
        }
        return null;
    }

    /// <summary>Clears what a killed maker has left; leaves alone what somebody works on.</summary>
    public static bool TryClear(string folder)
    {
        if (TryTake(folder) is not { } claim) return false;
        claim.Dispose();
        return true;
    }

    /// <summary>Clears all that the claim has made, and gives it up.</summary>
    public void Dispose()
    {
        TreeRemoval.Remove(Layer);
        // The lock's file goes while it is held, and the folder only while it is empty: whoever comes in between has made a new lock in it,
        // and keeps both.
        File.Delete(Path.Combine(_folder, LockName));
        FolderCalls.Remove(Files.AtFdcwd, _folder, isFolder: true);
        _held.Dispose();
    }

    private static LayerClaim? TryTake(string folder)
    {
        string path = Path.Combine(folder, LockName);
        try
        {
            if (FileLock.TryTake(path) is not { } held) return null;
            if (held.IsAt(path)) return new LayerClaim(folder, held);
            held.Dispose();
        }
        catch (KernelException gone) when (gone.Errno == Errno.ENOENT)
        {
            // Its maker has just finished.
        }
        return null;
    }
}
