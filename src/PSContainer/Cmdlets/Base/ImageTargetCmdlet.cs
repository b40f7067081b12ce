using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Images;

namespace PSContainer.Cmdlets.Base;

/// <summary>A cmdlet that does the same to each image it is given.</summary>
public abstract class ImageTargetCmdlet : ImageCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards, or the objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ImageId")]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Image { get; set; } = [];

    /// <summary>At least one of them could not be worked on.</summary>
    protected bool HasFailed { get; private set; }

    protected override void ProcessRecord()
    {
        foreach (object wanted in Image)
        {
            StoredImage[] found = [];
            HasFailed |= !Try(wanted, () => found = [.. ResolveImages(wanted)]);
            foreach (StoredImage image in found) HasFailed |= !Try(wanted, () => Act(image, wanted));
        }
    }

    /// <summary>The work on one image; what it throws becomes that image's error.</summary>
    protected abstract void Act(StoredImage image, object wanted);
}
