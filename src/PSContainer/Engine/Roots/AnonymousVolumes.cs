using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Roots;

/// <summary>
/// Folders of a container's own for what its image calls volumes. They begin with what the image has there, as docker's do, and
/// they go with the container: a volume that is to stay is named by whoever makes the container.
/// </summary>
internal static class AnonymousVolumes
{
    private const string FolderName = "volumes";

    public static string FolderOf(string containerFolder, int number) => Path.Combine(containerFolder, FolderName, number.ToString());

    /// <exception cref="KernelException"/>
    public static void Fill(RootView root, IReadOnlyList<string> paths, string containerFolder)
    {
        for (int i = 0; i < paths.Count; i++)
        {
            string folder = FolderOf(containerFolder, i);
            Directory.CreateDirectory(folder);
            int target = Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory), source = -1;
            try
            {
                const uint everybody = 0x1ED;
                source = FolderCalls.OpenInRoot(root.Descriptor, paths[i], OpenFlags.ReadOnly | OpenFlags.Directory);
                FileStatus? status = source < 0 ? null : FileStatus.Of(source, "");
                if (source >= 0) new TreeCopy(new CopyManner { MakesDevices = true }, CancellationToken.None).CopyContents(source, target);
                FolderCalls.SetOwner(target, status?.Uid ?? 0, status?.Gid ?? 0);
                FolderCalls.SetMode(target, status?.Permissions ?? everybody);
            }
            finally
            {
                Files.Close(target);
                if (source >= 0) Files.Close(source);
            }
        }
    }
}
