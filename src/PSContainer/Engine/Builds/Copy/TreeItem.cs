using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>A file, or what is in a folder.</summary>
internal sealed class TreeItem(CopySource source) : ICopyItem
{
    public void AddTo(ContentHash hash, CancellationToken cancelled) => hash.Add(source, cancelled);

    public void CopyTo(TargetRoot target, string destination, EntryCopy copy, (uint Uid, uint Gid) owner, string scratch, CancellationToken cancelled)
    {
        if (source.IsFolder) CopyFolder(target, destination, copy, owner);
        else CopyFile(target, destination, copy, owner);
    }

    public void Dispose() => source.Dispose();

    private void CopyFolder(TargetRoot target, string destination, EntryCopy copy, (uint Uid, uint Gid) owner)
    {
        bool isNew = target.MakeFolder(destination, owner);
        int folder = target.OpenFolder(destination);
        try
        {
            copy.CopyContents(source, folder, isNew);
        }
        finally
        {
            Files.Close(folder);
        }
    }

    private void CopyFile(TargetRoot target, string destination, EntryCopy copy, (uint Uid, uint Gid) owner)
    {
        bool isInto = target.Find(destination) is { Kind: FileKind.Directory };
        string path = isInto ? $"{destination}/{source.Name}" : destination;
        if (!isInto) target.MakeFolder(path[..path.LastIndexOf('/')], owner);
        (int folder, string name) = target.OpenLeaf(path);
        try
        {
            copy.CopyFile(source, folder, name);
        }
        finally
        {
            Files.Close(folder);
        }
    }
}
