using System.Security.Cryptography;
using PSContainer.Engine.Images.Tar;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Images.Build;

/// <summary>Makes a layer of what a step changed, and puts it into the store.</summary>
internal sealed class LayerCommit(ImageStore images)
{
    /// <param name="upper">As overlayfs keeps it.</param>
    /// <param name="epoch">The latest time that a file may have; null leaves all times.</param>
    /// <returns>null where nothing was changed.</returns>
    public BuiltLayer? Commit(string upper, DateTimeOffset? epoch, CancellationToken cancelled)
    {
        throw new NotImplementedException();
    }
}
