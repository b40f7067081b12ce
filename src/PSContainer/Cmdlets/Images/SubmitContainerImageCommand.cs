using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine;
using PSContainer.Engine.Images;
using PSContainer.Engine.Registry;

namespace PSContainer.Cmdlets.Images;

/// <summary>Submit-ContainerImage: sends images to a registry; docker push.</summary>
[Cmdlet(VerbsLifecycle.Submit, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(SubmittedImage))]
public sealed class SubmitContainerImageCommand : RegistryCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards, or the objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ImageId")]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Image { get; set; } = [];

    /// <summary>Where to, in place of the names that the image has here: registry.example/team/app:1.0.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Destination { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (object wanted in Image)
        {
            StoredImage[] found = [];
            if (!Try(wanted, () => found = [.. ResolveImages(wanted)])) continue;
            foreach (StoredImage image in found)
            {
                ImageReference[] names = [];
                if (!Try(wanted, () => names = [.. Names(image, wanted)])) continue;
                foreach (ImageReference name in names)
                    if (ShouldProcess(name.FullName, $"Submit {image.Name}")) Try(wanted, () => WriteObject(Submit(image, name)));
            }
        }
    }

    private SubmittedImage Submit(StoredImage image, ImageReference name)
        => Watch($"Submit {name}", (progress, stopped) => Task.Run(() => new ImagePush(Store, Options()).Run(image, name, progress, stopped), stopped).GetAwaiter().GetResult());

    // What is sent somewhere can be read by others there: of several names none is chosen for the user.
    private IEnumerable<ImageReference> Names(StoredImage image, object wanted)
    {
        if (Destination.Length > 0) return Destination.Select(ImageReference.Parse);
        ImageReference[] meant = NamesMeant(image, wanted);
        if (meant.Length > 0) return meant;
        if (image.Names.Count == 1) return image.Names;
        throw new EngineException("DestinationMissing", Reason.InvalidInput, image.Names.Count == 0 ? $"The image {image.Name} has no name that says where it is to go." : $"The image has several names: {string.Join(", ", image.Names)}.",
            "Name one of them, or give -Destination registry/name:tag.");
    }
}
