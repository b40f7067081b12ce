using System.Text;
using PSContainer.Engine.Builds.Context;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>A document in the Containerfile itself, as a file of its name.</summary>
/// <param name="content">Expanded where it is to be.</param>
internal sealed class DocumentItem(string name, string content) : ICopyItem
{
    public void AddTo(ContentHash hash, CancellationToken cancelled)
    {
        hash.Add(name);
        hash.Add(content);
    }

    public void CopyTo(TargetRoot target, string destination, EntryCopy copy, (uint Uid, uint Gid) owner, string scratch, CancellationToken cancelled)
    {
        string file = Path.Combine(scratch, "document");
        File.WriteAllText(file, content, new UTF8Encoding(false));
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(file, readable);
        using var tree = new SourceTree(Files.Open(scratch, OpenFlags.Path | OpenFlags.Directory), IgnorePatterns.None, isContext: true);
        int top = tree.Open("document");
        using var item = new TreeItem(new CopySource(tree, name, top, tree.List(top, "document", IgnorePatterns.None)));
        item.CopyTo(target, destination, copy, owner, scratch, cancelled);
    }

    public void Dispose()
    {
    }
}
