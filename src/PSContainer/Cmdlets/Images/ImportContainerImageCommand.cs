using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Images;

namespace PSContainer.Cmdlets.Images;

/// <summary>Import-ContainerImage: images from archives and layouts, or one from a root file system; docker load and docker import.</summary>
[Cmdlet(VerbsData.Import, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class ImportContainerImageCommand : ImageCmdlet
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

    /// <summary>What a container of the root file system runs, program and arguments.</summary>
    [Parameter]
    [Alias("Cmd")]
    public string[]? Command { get; set; }

    /// <summary>What always runs, with the command as its arguments.</summary>
    [Parameter]
    public string[]? Entrypoint { get; set; }

    [Parameter]
    [Alias("Env")]
    [NameValue]
    public IDictionary? Environment { get; set; }

    [Parameter]
    [Alias("Cwd")]
    public string? WorkingDirectory { get; set; }

    /// <summary>A name, name:group, or numbers, as the root file system's own passwd has them.</summary>
    [Parameter]
    public string? User { get; set; }

    [Parameter]
    [NameValue]
    public IDictionary? Label { get; set; }

    /// <summary>Ports that a container of it listens on: 8080, '53/udp'.</summary>
    [Parameter]
    public string[]? ExposedPort { get; set; }

    /// <summary>Paths in it that are to be volumes.</summary>
    [Parameter]
    public string[]? Volume { get; set; }

    /// <summary>The signal that asks a container of it to end.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SignalCompleter))]
    public string? StopSignal { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string wanted in Path) Try(wanted, () =>
        {
            ImageReference[] names = [.. Name.Select(ImageReference.ParseName)];
            RootFsOptions? options = Options();
            foreach (string path in Resolve(wanted))
                if (ShouldProcess(path, "Import")) Try(path, () => Import(path, names, options));
        });
    }

    private void Import(string path, ImageReference[] names, RootFsOptions? options)
    {
        IReadOnlyList<StoredImage> images = Watch("Import " + System.IO.Path.GetFileName(path),
            (progress, cancelled) => new ImageImport(Store) { Progress = progress, RootFs = options }.Import(path, names, cancelled));
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

    private RootFsOptions? Options()
    {
        bool none = Command is null && Entrypoint is null && Environment is null && WorkingDirectory is null && User is null && Label is null && ExposedPort is null && Volume is null && StopSignal is null;
        return none ? null : new RootFsOptions
        {
            Command = Command ?? [], Entrypoint = Entrypoint ?? [], Environment = NameValueAttribute.Pairs(Environment), WorkingDirectory = WorkingDirectory, User = User,
            Labels = NameValueAttribute.Pairs(Label), ExposedPorts = ExposedPort ?? [], Volumes = Volume ?? [], StopSignal = StopSignal,
        };
    }
}
