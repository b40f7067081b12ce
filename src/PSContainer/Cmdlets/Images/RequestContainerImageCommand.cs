using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Images;
using PSContainer.Engine.Registry;

namespace PSContainer.Cmdlets.Images;

/// <summary>Request-ContainerImage: brings images from their registries; docker pull.</summary>
[Cmdlet(VerbsLifecycle.Request, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class RequestContainerImageCommand : RegistryCmdlet
{
    /// <summary>The images' names, with a tag or a digest.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (string wanted in Name)
            Try(wanted, () =>
            {
                var image = ImageReference.Parse(wanted);
                if (!ShouldProcess(image.FullName, "Request")) return;
                StoredImage stored = Watch($"Request {image}", (progress, stopped) => new ImageSource(Store, Options()).GetOrPull(wanted, PullPolicy.Always, progress, stopped));
                WriteObject(View([stored]), enumerateCollection: true);
            });
    }
}
