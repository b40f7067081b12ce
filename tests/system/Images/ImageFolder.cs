using PSContainer.Engine.Containers;
using PSContainer.Engine.ImageFiles;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>A storage of a test's own, images brought into it, and what lies in it then.</summary>
internal sealed class ImageFolder(string? folder = null) : IDisposable
{
    public StorageRoot Root { get; } = StorageRoot.At(folder ?? Machine.NewFolder());

    public ImageStore Store => new(Root);

    public ContainerStore Containers => new(Root);

    public IReadOnlyList<StoredImage> Import(string path, params IReadOnlyList<string> names) => Import(path, null, names);

    public IReadOnlyList<StoredImage> Import(string path, ImageSettings? options, params IReadOnlyList<string> names)
        => new ImageImport(Store) { RootFs = options }.Import(path, [.. names.Select(ImageReference.Parse)], CancellationToken.None);

    public string Layer(StoredImage image, int index, string file) => File.ReadAllText(Path.Combine(Store.Layers.FolderOf(image.Config.DiffIds[index]), file));

    public string[] Names => [.. Store.AllNames()];

    /// <summary>Nothing is registered, unpacked, or half there. Blobs that were whole may stay, for the next attempt.</summary>
    public void IsUntouched()
    {
        Assert.Empty(Store.All());
        Assert.Empty(Store.Layers.All());
        if (Directory.Exists(Root.Layers)) Assert.DoesNotContain(Directory.GetFileSystemEntries(Root.Layers), path => !path.EndsWith("/l", StringComparison.Ordinal));
        string ingest = Path.Combine(Root.Images, "ingest");
        if (Directory.Exists(ingest)) Assert.Empty(Directory.GetFiles(ingest).Except(Store.Blobs.Abandoned().Select(file => file.FullName)));
        using FileLock? alone = Store.Sweeping();
        Assert.NotNull(alone);
    }

    public void Dispose() => TreeRemoval.Remove(Root.Data);
}
