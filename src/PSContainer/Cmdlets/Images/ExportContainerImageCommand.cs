using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine;
using PSContainer.Engine.ImageFiles;
using PSContainer.Engine.Images;

namespace PSContainer.Cmdlets.Images;

/// <summary>Export-ContainerImage: images to one archive, or to a folder as a layout; docker save.</summary>
[Cmdlet(VerbsData.Export, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(FileSystemInfo))]
public sealed class ExportContainerImageCommand : ImageTargetCmdlet
{
    private readonly List<ExportedImage> _images = [];

    /// <summary>The archive; a folder that is there, or a path that ends in '/', becomes a layout.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>How the archive is laid out.</summary>
    [Parameter]
    public ImageArchiveFormat Format { get; set; }

    /// <summary>Don't write over an archive that is there.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Return the file or folder.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    // By a name it goes out with that one, else with all that it has.
    protected override void Act(StoredImage image, object wanted)
    {
        ImageReference[] named = NamesMeant(image, wanted);
        _images.Add(new ExportedImage(image, named.Length > 0 ? named : image.Names));
    }

    protected override void EndProcessing()
    {
        // An archive that lacks one of them would be found out when it is needed.
        if (HasFailed || _images.Count == 0) return;
        string path = GetUnresolvedProviderPathFromPSPath(Path);
        bool isFolder = Directory.Exists(path) || path.EndsWith('/');
        if (!ShouldProcess(path, $"Export {string.Join(", ", _images.Select(image => image.Image.Name).Distinct())}")) return;
        Try(path, () =>
        {
            if (!isFolder && NoClobber && File.Exists(path)) throw new EngineException("FileExists", Reason.AlreadyExists, $"There is '{path}' already.", "Choose another path, or leave out -NoClobber.");
            var export = new ImageExport(Store, [.. _images.GroupBy(image => image.Image.Descriptor.Digest).Select(same => new ExportedImage(same.First().Image, [.. same.SelectMany(image => image.Names).DistinctBy(name => name.FullName)]))]);
            Watch("Export " + System.IO.Path.GetFileName(path), (_, cancelled) =>
            {
                if (isFolder) export.ToFolder(path, cancelled);
                else export.ToArchive(path, Format, cancelled);
                return true;
            });
            if (PassThru) WriteObject(isFolder ? new DirectoryInfo(path) : new FileInfo(path));
        });
    }
}
