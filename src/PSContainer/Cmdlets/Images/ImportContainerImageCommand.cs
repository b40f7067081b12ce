using System.Management.Automation;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.ImageFiles;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;

namespace PSContainer.Cmdlets.Images;

/// <summary>Import-ContainerImage: images from archives and layouts, or one from a root file system; docker load and docker import.</summary>
[Cmdlet(VerbsData.Import, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class ImportContainerImageCommand : ImageSettingsCmdlet
{
    /// <summary>A docker or OCI archive, an OCI layout's folder, a root file system's archive or folder; wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Which of the images that are in there; or, of one image or root file system, the names that it is to have.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (string wanted in Path) Try(wanted, () =>
        {
            ImageReference[] names = [.. Name.Select(ImageReference.ParseName)];
            ImageSettings? settings = Settings();
            foreach (string path in Resolve(wanted))
                if (ShouldProcess(path, "Import")) Try(path, () => Import(path, names, settings));
        });
    }

    private void Import(string path, ImageReference[] names, ImageSettings? settings)
    {
        IReadOnlyList<StoredImage> images = Watch("Import " + System.IO.Path.GetFileName(path),
            (progress, cancelled) => new ImageImport(Store) { Progress = progress, RootFs = settings }.Import(path, names, cancelled));
        foreach (StoredImage image in images.Where(image => !image.Config.Platform.IsHere))
            WriteWarning($"The image '{image.Name}' is for {image.Config.Platform}, and this machine is {Platform.Here}: its programs will not run here.");
        WriteObject(View(images), enumerateCollection: true);
    }

    // A path that is there is meant as it is, also where it looks like a pattern.
    private IEnumerable<string> Resolve(string path)
    {
        string plain = GetUnresolvedProviderPathFromPSPath(path);
        return WildcardPattern.ContainsWildcardCharacters(path) && !System.IO.Path.Exists(plain) ? GetResolvedProviderPathFromPSPath(path, out _) : [plain];
    }
}
