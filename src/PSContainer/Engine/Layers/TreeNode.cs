using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>A name in a folder that several directories show together, as an overlay would.</summary>
/// <param name="Folders">Which of the directories hold it, the topmost first: several for a folder that they make up together.</param>
internal sealed record TreeNode(PathBytes Name, FileStatus Status, List<int> Folders)
{
    private bool _isClosed;

    /// <summary>What a folder holds.</summary>
    /// <param name="folders">Descriptors of the directories that show it, the topmost first.</param>
    /// <param name="isOverlay">Whiteouts and opaque marks mean what they do to overlayfs.</param>
    /// <exception cref="KernelException"/>
    /// <exception cref="EngineException">LayerNotPackable.</exception>
    public static IReadOnlyCollection<TreeNode> List(IReadOnlyList<int> folders, bool isOverlay)
    {
        var nodes = new SortedDictionary<PathBytes, TreeNode>();
        foreach (int folder in folders)
        {
            foreach (PathBytes name in Names(folder))
            {
                // Gone meanwhile: a container may be at work in it.
                if (FileStatus.TryOf(folder, name) is not { } status) continue;
                if (!nodes.TryGetValue(name, out TreeNode? above)) nodes[name] = new TreeNode(name, status, [folder]) { _isClosed = isOverlay && IsOpaque(folder, name, status) };
                else if (!above._isClosed && status.Kind == FileKind.Directory)
                {
                    above.Folders.Add(folder);
                    above._isClosed = IsOpaque(folder, name, status);
                }
                else above._isClosed = true;
            }
        }
        return nodes.Values;
    }

    /// <summary>Whether nothing of the layers below shows: for all but folders, and for opaque folders.</summary>
    public bool HidesBelow => _isClosed;

    private static List<PathBytes> Names(int folder)
    {
        int listed = FolderCalls.Open(folder, ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        if (listed < 0) throw new KernelException("openat", Syscall.Last);
        try
        {
            return FolderListing.Read(listed);
        }
        finally
        {
            Files.Close(listed);
        }
    }

    private static bool IsOpaque(int folder, PathBytes name, FileStatus status)
    {
        if (status.Kind != FileKind.Directory) return true;
        int opened = FolderCalls.Open(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        if (opened < 0) return true;
        try
        {
            return ExtendedAttributes.Get(opened, Whiteout.OpaqueAttribute) is [(byte)'y'];
        }
        finally
        {
            Files.Close(opened);
        }
    }
}
