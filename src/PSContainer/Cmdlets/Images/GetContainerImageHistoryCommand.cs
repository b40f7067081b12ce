using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Images;

namespace PSContainer.Cmdlets.Images;

/// <summary>Get-ContainerImageHistory: how an image came to be, the last step first; docker history.</summary>
[Cmdlet(VerbsCommon.Get, "ContainerImageHistory")]
[OutputType(typeof(ImageHistoryEntry))]
public sealed class GetContainerImageHistoryCommand : ImageTargetCmdlet
{
    protected override void Act(StoredImage image, object wanted) => WriteObject(ImageHistory.Of(image, Store.Layers), enumerateCollection: true);
}
