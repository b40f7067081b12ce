using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Images;

namespace PSContainer.Cmdlets.Images;

/// <summary>Add-ContainerImageTag: one more name for an image; docker tag.</summary>
[Cmdlet(VerbsCommon.Add, "ContainerImageTag", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class AddContainerImageTagCommand : ImageTargetCmdlet
{
    /// <summary>The whole new names: 'app:2', 'localhost:5000/team/app'. A name that another image has becomes this one's.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    /// <summary>Return the image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Act(StoredImage image, object wanted)
    {
        ImageReference[] names = [.. Tag.Select(ImageReference.ParseName)];
        if (!ShouldProcess(image.Name, $"Add the name {string.Join(", ", names.Select(name => name.ShortName))}")) return;
        StoredImage named = Store.Register(image.Descriptor, names);
        if (PassThru) WriteObject(View([named]), enumerateCollection: true);
    }
}
