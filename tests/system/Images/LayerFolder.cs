using System.Text;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Layers;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>A layer store of a test's own, and what lies in its layers.</summary>
internal sealed class LayerFolder : IDisposable
{
    public LayerFolder(string? folder = null)
    {
        Root = StorageRoot.At(folder ?? Machine.NewFolder());
        Store = new LayerStore(Root);
    }

    public StorageRoot Root { get; }

    public LayerStore Store { get; }

    public string Files { get; private set; } = "";

    public LayerFolder Unpack(LayerTar tar) => Unpack(tar.End());

    public LayerFolder Unpack(byte[] archive)
    {
        Files = Store.Unpack(new MemoryStream(archive), null, Digest.Of(archive)).Folder;
        return this;
    }

    /// <summary>Every path below the layer's root, sorted; bytes as Latin-1.</summary>
    public string[] Paths()
    {
        var found = new List<string>();
        Walk(Files, "", found);
        return [.. found.Order(StringComparer.Ordinal)];
    }

    public FileStatus Status(string path)
    {
        int folder = Open(Files);
        try
        {
            return FileStatus.TryOf(folder, LayerTar.Latin(path)) ?? throw new KernelException("statx", Syscall.Last, path);
        }
        finally
        {
            Kernel.Files.Close(folder);
        }
    }

    public string Text(string path) => File.ReadAllText(Path.Combine(Files, path), Encoding.Latin1);

    public string? Attribute(string path, string name)
    {
        int file = Kernel.Files.Open(Path.Combine(Files, path), OpenFlags.ReadOnly);
        try
        {
            return ExtendedAttributes.Get(file, name) is { } value ? Encoding.Latin1.GetString(value) : null;
        }
        finally
        {
            Kernel.Files.Close(file);
        }
    }

    public bool IsOpaque(string path) => Attribute(path, "trusted.overlay.opaque") == "y";

    /// <summary>What lies in the store.</summary>
    public string[] Homes() => Directory.Exists(Root.Layers) ? [.. Directory.GetFileSystemEntries(Root.Layers).Select(path => Path.GetFileName(path))] : [];

    public void Dispose() => TreeRemoval.Remove(Root.Data);

    private static int Open(string path) => Kernel.Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);

    private static void Walk(string folder, string prefix, List<string> found)
    {
        int opened = Open(folder);
        Walk(opened, prefix, found);
        Kernel.Files.Close(opened);
    }

    private static void Walk(int folder, string prefix, List<string> found)
    {
        foreach (PathBytes name in FolderListing.Read(folder))
        {
            string path = prefix + Encoding.Latin1.GetString(name.Span);
            found.Add(path);
            int child = FolderCalls.Open(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.NonBlock);
            if (child < 0) continue;
            Walk(child, path + "/", found);
            Kernel.Files.Close(child);
        }
    }
}
