using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Builds;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;

namespace PSContainer.Cmdlets.Images;

/// <summary>New-ContainerImage: an image of what a container has become; docker commit.</summary>
[Cmdlet(VerbsCommon.New, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class NewContainerImageCommand : ImageSettingsCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards, or the objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Container { get; set; } = [];

    /// <summary>What the image is to be called: 'app:2'. A name that another image has becomes this one's.</summary>
    [Parameter(Position = 1)]
    [Alias("Tag")]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter]
    public string? Author { get; set; }

    /// <summary>A line for the image's history.</summary>
    [Parameter]
    [Alias("Comment")]
    public string? Message { get; set; }

    protected override void ProcessRecord()
    {
        foreach (object wanted in Container)
        {
            Container[] found = [];
            if (!Try(wanted, () => found = [.. Resolve(wanted)])) continue;
            foreach (Container container in found) Try(container, () => Commit(container));
        }
    }

    private void Commit(Container container)
    {
        ImageReference[] names = [.. Name.Select(ImageReference.ParseName)];
        if (!ShouldProcess(container.Name, names.Length > 0 ? $"Make the image {string.Join(", ", names.Select(name => name.ShortName))} of it" : "Make an image of it")) return;
        ImageSettings settings = (Settings() ?? new ImageSettings()) with { Author = Author };
        StoredImage image = Watch("Make an image of " + container.Name, (progress, cancelled) => new ImageCommit(Engine).Commit(container, settings, Message, names, progress, cancelled));
        WriteObject(View([image]), enumerateCollection: true);
    }
}
