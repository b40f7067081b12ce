using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Cmdlets.Formats;
using PSContainer.Engine;
using PSContainer.Engine.Images;
using PSContainer.Engine.Storage;

namespace PSContainer.Cmdlets.Images;

/// <summary>Remove-ContainerImage: a name or, by id or as an object, the image with all its names; docker rmi.</summary>
[Cmdlet(VerbsCommon.Remove, "ContainerImage", SupportsShouldProcess = true)]
public sealed class RemoveContainerImageCommand : ImageCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards, or the objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ImageId")]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Image { get; set; } = [];

    /// <summary>Also what containers use: it loses its names, and stays until they are gone.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private ImageRemoval Removal => new(Store, Engine.Store);

    protected override void ProcessRecord()
    {
        foreach (object wanted in Image)
        {
            Try(wanted, () =>
            {
                string text = TextOf(wanted);
                if (PatternIn(wanted) is not null) RemoveMatching(text);
                else Remove(text);
            });
        }
    }

    private void RemoveMatching(string text)
    {
        foreach (StoredImage image in ResolveImages(text).ToArray())
            foreach (ImageReference name in NamesMeant(image, text)) Try(name.ShortName, () => RemoveName(name));
    }

    private void Remove(string text)
    {
        StoredImage image;
        try
        {
            image = Store.Get(text);
        }
        catch (EngineException broken) when (broken.Reason == Reason.Corrupt || broken.Id == "BlobMissing")
        {
            // Whatever is wrong with it, its name can go.
            var name = ImageReference.Parse(text);
            if (ShouldProcess($"{name.ShortName} ({broken.Message})", "Remove")) Store.ForgetName(name);
            return;
        }
        if (NamesMeant(image, text) is [var meant, ..]) RemoveName(meant);
        else if (ShouldProcess(Shown(image), "Remove")) Freed(Removal.Remove(image, Force));
    }

    // Each one is looked up anew: the names of one image go one by one, and with the last one the image.
    private void RemoveName(ImageReference name)
    {
        StoredImage image = Store.Get(name.FullName);
        if (ShouldProcess(image.Names.Count > 1 ? name.ShortName : Shown(image), image.Names.Count > 1 ? "Remove the name" : "Remove")) Freed(Removal.Remove(image, name, Force));
    }

    private void Freed(long bytes) => WriteVerbose($"{ContainerColumns.Size(bytes)} freed.");

    private static string Shown(StoredImage image) => image.Names.Count > 0 ? string.Join(", ", image.Names) : image.Id.Short;
}
