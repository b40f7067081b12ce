using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Images;

namespace PSContainer.Cmdlets.Images;

/// <summary>Get-ContainerImage: the images that are here; docker images and docker image inspect.</summary>
[Cmdlet(VerbsCommon.Get, "ContainerImage")]
[OutputType(typeof(ContainerImage))]
public sealed class GetContainerImageCommand : ImageCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards; all where it is not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ImageId")]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Image { get; set; }

    protected override void ProcessRecord()
    {
        if (Image is null)
        {
            Try(null, () => WriteObject(View(Store.All(broken => WriteError(ErrorTable.Record(broken, null)))), enumerateCollection: true));
            return;
        }
        foreach (object wanted in Image) Try(wanted, () => WriteObject(View(ResolveImages(wanted)), enumerateCollection: true));
    }
}
